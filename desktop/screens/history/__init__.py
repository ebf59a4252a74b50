"""The history of any record."""
