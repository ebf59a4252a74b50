"""Run a benchmark: ``python -m bench sync --size S --json``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from bench import imports, sync


def main(arguments: list[str] | None = None) -> int:
    """The command line. Prints a table for people, or one JSON line with ``--json``."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    of_sync = commands.add_parser("sync", help="first copy, up-sync, one change, idle poll, many clients")
    of_sync.add_argument("--size", choices=("XS", "S", "M"), default="S")
    of_sync.add_argument("--database", help="a PostgreSQL address instead of a SQLite file")
    of_sync.add_argument(
        "--orders", type=int, default=sync.ORDERS, help="how many orders the up-sync hands in"
    )
    of_sync.add_argument("--json", action="store_true", help="one JSON line")
    of_imports = commands.add_parser("imports", help="order lines from files, and the same files again")
    of_imports.add_argument(
        "--rows", type=int, default=imports.ROWS, help="how many order lines (%(default)s)"
    )
    of_imports.add_argument("--database", help="an empty PostgreSQL database instead of a SQLite file")
    of_imports.add_argument("--json", action="store_true", help="one JSON line")
    of_desktop = commands.add_parser(
        "desktop", help="the window over a large copy: start, lists, search, an order"
    )
    of_desktop.add_argument("--customers", type=int, default=100_000, help="how many (%(default)s)")
    of_desktop.add_argument("--keep", type=Path, help="a folder in which the copies stay and are found again")
    of_desktop.add_argument("--json", action="store_true", help="one JSON line")
    given = sys.argv[1:] if arguments is None else arguments
    chosen = parser.parse_args(given or ["sync"])
    if chosen.command == "desktop":
        from bench import desktop

        found = desktop.run(chosen.customers, keep=chosen.keep)
    elif chosen.command == "imports":
        found = imports.run(chosen.rows, database_url=chosen.database)
    else:
        found = sync.run(chosen.size, database_url=chosen.database, orders=chosen.orders)
    if chosen.json:
        print(json.dumps(found))
        return 0
    for name, value in found.items():
        print(f"{name:20} {json.dumps(value)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
