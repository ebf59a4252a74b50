"""``roundsman-server export``: what the command line says."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from sync_server.imports.commands import DONE, Terminal
from sync_server.imports.export_order import ALL, Exported, Format, Order
from sync_server.sync.office import Office


def add_export(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``export``."""
    parser.description = (
        "Write records into files, with all their fields, those too that never leave the office for a laptop: the files "
        "are as confidential as the database. Beside the files lies the map that imports them again as they were."
    )
    parser.add_argument(
        "what", metavar="ENTITY|all", help="a table of docs/entities.md, such as customer, or all of them"
    )
    parser.add_argument(
        "--format",
        choices=[form.value for form in Format],
        help="csv, xlsx, json, or vcard for contact; by default what the ending of FILE says, or csv",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE|DIR", help="the file to make; for all, the folder"
    )
    parser.add_argument("--division", metavar="CODE", help="only what belongs to this division, or to none")
    parser.add_argument(
        "--since", type=_day, metavar="DATE", help="only what was changed on this day (YYYY-MM-DD) or later"
    )
    parser.add_argument("--force", action="store_true", help="replace an earlier export")


def run_export(office: Office, arguments: argparse.Namespace) -> tuple[int, str, dict[str, Any]]:
    """Export; gives the exit code, and the answer as sentences and as plain values."""
    # What writes files is heavy, and no other command needs it.
    from sync_server.imports.export import export

    order = Order(
        what=arguments.what,
        form=_format(arguments),
        out=arguments.out,
        division=arguments.division,
        since=arguments.since,
        force=arguments.force,
    )
    with Terminal(stopping="Stopping.") as terminal:
        done = export(office, order, bystander=terminal)
    values = {
        "rows": dict(done.rows),
        "files": [str(path) for path in done.files],
        "one_way": list(done.one_way),
        "seconds": round(done.seconds, 3),
    }
    return DONE, _told(done, order), values


def _told(done: Exported, order: Order) -> str:
    lines = [f"{name:24}{count:>11,}" for name, count in done.rows.items()]
    if order.what == ALL:
        lines.append(f"Written: {len(done.files)} files in {order.out}")
        lines.append(
            f"To bring them back: roundsman-server import {order.out} --map {done.files[-1]} --database URL"
        )
    else:
        lines.append("Written: " + ", ".join(map(str, done.files)))
    if done.one_way and order.form is not Format.VCARD:
        lines.append(f"To be read only, no import brings them back: {', '.join(done.one_way)}.")
    if order.what == ALL:
        lines.append("Not among it: sign-ins, laptops, and the history of changes; those are in a backup.")
    lines.append(f"{sum(done.rows.values()):,} records in {done.seconds:.1f} s.")
    return "\n".join(lines)


def _format(arguments: argparse.Namespace) -> Format:
    if arguments.format is not None:
        return Format(arguments.format)
    endings = {form.ending: form for form in Format}
    return endings.get(arguments.out.suffix.lower(), Format.CSV)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a day is written as YYYY-MM-DD") from None
