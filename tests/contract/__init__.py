"""The office over real sockets, on SQLite and on PostgreSQL: what it promises to whoever calls."""
