"""Push, pull, first copy, scope, conflicts and wake-up. Knows nothing of HTTP."""
