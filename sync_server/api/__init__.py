"""What devices call: one file per group of endpoints."""
