"""Conflicts that a person decides, and changes that the office put aside."""
