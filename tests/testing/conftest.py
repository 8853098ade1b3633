"""What the tests of the test support share."""

from __future__ import annotations

pytest_plugins = ["pytester"]
