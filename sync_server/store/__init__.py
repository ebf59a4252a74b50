"""Engine, migrations, unit of work with the feed, queries."""
