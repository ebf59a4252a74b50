"""Push, pull, rebase and transport, and when to sync. No Qt widgets."""
