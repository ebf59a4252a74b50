"""Unlocking: the copy is opened again, always offline."""
