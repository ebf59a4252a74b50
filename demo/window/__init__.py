"""The tour's second half: the real window, on a real copy, driven by keys and clicks, and pictures of all of it."""
