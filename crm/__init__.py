"""The business that both sides agree on: no Qt, no HTTP, no engine, no clock of its own."""
