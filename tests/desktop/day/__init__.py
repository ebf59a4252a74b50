"""A whole day through the real window, against a real server process."""
