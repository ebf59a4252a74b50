"""The local copy: engine, migrations, unit of work, read queries."""
