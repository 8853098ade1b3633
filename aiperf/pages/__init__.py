"""Pages of HTML with plots, each one file that asks no network: their frame, plots and tables."""
