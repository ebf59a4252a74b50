"""Tests: unit tests mirror the code, the other folders are named after what they try."""
