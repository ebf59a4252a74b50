"""The search index of the encrypted copy, and the language in which lists are filtered."""
