"""The back office in the browser: one folder per subject."""
