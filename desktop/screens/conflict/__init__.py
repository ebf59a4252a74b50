"""One conflict: before, mine, theirs, what follows, one key to choose."""
