"""Main window, navigation, command palette, status line, notices, theme."""
