"""Signing out: what is not sent yet, and where it goes."""
