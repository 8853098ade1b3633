"""What every part of the shop shares."""
