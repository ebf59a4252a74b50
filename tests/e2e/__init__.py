"""The whole system: real processes, real sockets, real files."""
