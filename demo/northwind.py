"""Northwind moves in: its own files, by the command that everybody has, on the last day of their orders."""

from __future__ import annotations

import os
import time
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from crm.clock import CLOCK_OFFSET
from crm.people.entities import User
from demo.cast import Cast, of_northwind
from demo.premises import PROJECT, Premises, TourFailed
from demo.words import Teller, amount, count

FILES: Final = PROJECT.parent / "shared" / "data" / "northwind"
ZONE: Final = "America/Los_Angeles"
"""Where the company's head has its office: Seattle."""
TODAY: Final = datetime(1998, 5, 6, 10, 0, tzinfo=ZoneInfo(ZONE))
"""The day of the last orders in the files."""
REP_CODE: Final = "ND1"
HEAD_CODE: Final = "AF2"
CURRENCY: Final = "USD"


def is_there() -> bool:
    """Whether the files are there."""
    return (FILES / "orders.csv").is_file()


def turn_the_clock_back() -> None:
    """From here on it is `TODAY` for this process and those it starts, and the company's zone is theirs."""
    os.environ[CLOCK_OFFSET] = str(int(TODAY.timestamp() - time.time()))
    os.environ["ROUNDSMAN_ZONE"] = ZONE


def move_in(teller: Teller, premises: Premises, files: Path = FILES) -> Cast:
    """Import the files and say what came of it.

    :raises TourFailed: when a row was rejected.
    """
    teller.step("The company: Northwind Traders, on 6 May 1998")
    done = premises.run("import", str(files), "--map", "northwind", "--json")
    rows = done["rows"]
    if done["rejected"]:
        raise TourFailed(f"{count(done['rejected'], 'row')} of Northwind's files were rejected.")
    teller.say(
        f"Its own files came in: {count(rows['users'], 'person', 'people')}, {count(rows['customers'], 'customer')}, "
        f"{count(rows['products'], 'product')} of {count(rows['suppliers'], 'supplier')}, "
        f"{count(rows['orders'], 'order')} with {count(rows['order_lines'], 'line')}."
    )
    teller.say(
        f"{count(done['repaired'], 'row')} with a comma too many were mended. "
        f"The lines come to {amount(done['gross_minor'], CURRENCY)}, after discounts "
        f"{amount(done['net_minor'], CURRENCY)}."
    )
    with premises.office.read() as session:
        found = session.scalars(select(User).where(User.rep_code.in_([REP_CODE, HEAD_CODE])))
        people = {user.rep_code: user.id for user in found}
    return of_northwind(rep=people[REP_CODE], head=people[HEAD_CODE])
