"""The HTTP server. No Qt."""
