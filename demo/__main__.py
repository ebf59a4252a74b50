"""``make demo``: the guided tour. The last line on standard output is JSON; exit code 1 when anything does not hold."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TextIO

from demo import northwind
from demo.cast import Cast, of_made_up
from demo.premises import Premises, TourFailed, without_proxies
from demo.recount import Recount, customer_names, dump_laptop, files_that_name, recount
from demo.road import Road
from demo.tour import Tour
from demo.traveller import Traveller
from demo.words import Teller, count
from desktop.bootstrap import CLOCK
from desktop.settings import Settings

SEED: Final = 318
MARKER: Final = "roundsman-demo.txt"
NO_KEY_STORE: Final = "keyring.backends.fail.Keyring"
PASSPHRASE: Final = "ROUNDSMAN_PASSPHRASE"  # noqa: S105 - the name of the variable


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tour; 0 when everything held."""
    options = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        _speak_utf8(stream)
    without_proxies()
    # The tour's keys are under a passphrase that it prints: it leaves nothing in the key store of whoever runs it.
    os.environ["PYTHON_KEYRING_BACKEND"] = NO_KEY_STORE
    try:
        folder = prepare_folder(options.out)
        return _run(options, folder)
    except TourFailed as failed:
        print(f"The tour failed: {failed}", file=sys.stderr)
        return 1


def _run(options: argparse.Namespace, folder: Path) -> int:
    teller = Teller()
    passphrase = os.environ.get(PASSPHRASE) or secrets.token_urlsafe(18)
    rep = Traveller(Settings.at(folder / "laptop"), passphrase)
    teller.say("Roundsman, the guided tour.")
    with_northwind = options.northwind and northwind.is_there()
    if with_northwind:
        northwind.turn_the_clock_back()
    elif options.northwind:
        teller.say(f"The files of Northwind are not there ({northwind.FILES}); a made-up company plays.")
    premises = Premises(folder / "office", seed=options.seed, clock=CLOCK)
    sight: list[str] = []
    try:
        cast = northwind.move_in(teller, premises) if with_northwind else _make_up(teller, premises, options)
        premises.let_in(cast.approver, cast.approver_login)
        names = customer_names(premises.database_path)

        def look_for_names() -> None:
            leaks = files_that_name(names, rep.settings.folder)
            if leaks:
                told = ", ".join(path.name for path in leaks)
                raise TourFailed(f"Names of customers can be read on the laptop's disk: {told}")

        # A search that finds nothing anywhere would prove nothing: the office's own file is in plain text.
        if not files_that_name(names[:1], premises.database_path.parent):
            raise TourFailed("The search for names does not work.")
        with premises.serving(), Road(*premises.host_and_port()) as road:
            code = premises.enrolment_code(cast.rep, issuer=cast.issuer)
            rep.enrol(road.url, code, device_name=f"{cast.rep_short}'s laptop")
            Tour(teller, premises, cast, road, rep, look_for_names).run()
            if options.window:
                sight = _window(teller, premises, cast, road, rep, options)
        teller.step("Recounting, from both databases")
        found = recount(premises.database_path, dump_laptop(rep.settings.folder, passphrase))
        faults = [*_faults(found, premises), *sight]
        look_for_names()
    finally:
        premises.close()
    _tell_result(teller, found, len(names), rep, premises)
    for fault in faults:
        print(f"This does not hold: {fault}", file=sys.stderr)
    teller.last(_line(teller, found, rep, premises))
    return 1 if faults else 0


def _window(
    teller: Teller, premises: Premises, cast: Cast, road: Road, rep: Traveller, options: argparse.Namespace
) -> list[str]:
    """The window: opened where there is a screen, else played and painted. Gives what is wrong with the pictures."""
    from demo.window.run import has_screen, show, walk_through

    faults: list[str] = []
    if has_screen():
        show(teller, rep.settings, rep.passphrase)
    else:
        faults = walk_through(
            teller,
            premises,
            cast,
            road,
            folder=rep.settings.folder.parent,
            passphrase=rep.passphrase,
            pictures=options.pictures.absolute(),
            looks=options.looks,
        )
    # What happened on the other laptops comes to this one too: it is the one that is recounted.
    with rep.at_work() as laptop:
        laptop.sync()
    return faults


def _make_up(teller: Teller, premises: Premises, options: argparse.Namespace) -> Cast:
    teller.say("Every firm and person in it is made up.")
    teller.step("The company: 蓝岬户外传媒集团 Blue Cape Outdoor Media Group")
    with teller.bar("A year of orders") as bar:
        company = premises.settle(
            customers=options.customers,
            products=options.products,
            orders_per_customer=options.orders_per_customer,
            watch=bar,
        )
    customers = sum(len(held) for held in company.customers.values())
    teller.say(
        f"Made up from seed {options.seed}: {count(len(company.reps), 'rep')}, {count(customers, 'customer')}, "
        f"{count(len(company.products), 'product')}, {count(len(company.orders), 'order')} of a year, "
        f"{count(company.changesets, 'change')} in all."
    )
    return of_made_up(company)


def _faults(found: Recount, premises: Premises) -> list[str]:
    faults = [
        f"{number} {what}"
        for number, what in (
            (found.lost, "acknowledged changes or rows are not at the office"),
            (found.doubled, "changes, orders or numbers are there twice"),
            (found.unlike, "rows differ between laptop and office"),
            (found.waiting, "changes were never answered"),
        )
        if number
    ]
    return [*faults, *(str(violation) for violation in premises.violations())]


def _tell_result(teller: Teller, found: Recount, names: int, rep: Traveller, premises: Premises) -> None:
    teller.say(
        f"Lost: {found.lost}. Doubled: {found.doubled}. Rows that differ between laptop and office: {found.unlike}."
    )
    teller.say(
        f"None of the {count(names, 'name')} of customers can be read in any file of the laptop's folder."
    )
    teller.say(f"The office's database: {premises.database_path}")
    teller.say(f"The laptop's folder: {rep.settings.folder}")
    teller.say("Everything the laptop holds, for those who have its passphrase:")
    teller.say(f"{PASSPHRASE}={rep.passphrase} .venv/bin/roundsman dump --json --data {rep.settings.folder}")


def _line(teller: Teller, found: Recount, rep: Traveller, premises: Premises) -> str:
    return json.dumps(
        {
            "orders": found.orders,
            "changesets": found.changesets,
            "conflicts": found.conflicts,
            "lost": found.lost,
            "doubled": found.doubled,
            "seconds": round(teller.seconds, 1),
            "server_database": str(premises.database_path),
            "client_data": str(rep.settings.folder),
        },
        ensure_ascii=False,
    )


def prepare_folder(out: Path | None) -> Path:
    """An empty folder for both sides. An earlier tour in it makes way; anything else does not.

    :raises TourFailed: when something else is there.
    """
    if out is None:
        return Path(tempfile.mkdtemp(prefix="roundsman-demo-"))
    folder = out.expanduser().absolute()
    marker = folder / MARKER
    parts = [folder / name for name in ("office", "laptop", "laptop-2", "laptop-3")]
    if marker.exists():
        for part in parts:
            shutil.rmtree(part, ignore_errors=True)
    elif any(part.exists() for part in parts):
        raise TourFailed(f"{folder} holds something that no tour left there. Name another folder.")
    folder.mkdir(parents=True, exist_ok=True)
    marker.write_text(
        "The folders office and laptop (-2, -3) belong to the tour; its next run here replaces them.\n"
    )
    return folder


def _looks(names: str) -> Sequence[object]:
    from demo.pictures import chosen

    try:
        return chosen(names)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _speak_utf8(stream: TextIO) -> None:
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding="utf-8", errors="replace")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="demo", description="The guided tour, with a made-up company.", allow_abbrev=False
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="keep both databases here (else: a new folder)"
    )
    parser.add_argument(
        "--no-window",
        dest="window",
        action="store_false",
        help="without the window: it is opened where there is a screen, and painted where there is none",
    )
    parser.add_argument(
        "--pictures",
        type=Path,
        default=Path("demo-out"),
        metavar="DIR",
        help="for the pictures (%(default)s)",
    )
    parser.add_argument(
        "--looks", type=_looks, default="", metavar="zh.light.100,…", help="take pictures of these looks only"
    )
    parser.add_argument(
        "--northwind",
        action="store_true",
        help="with Northwind Traders, imported from its files, where they are there",
    )
    parser.add_argument(
        "--seed", type=int, default=SEED, help="another one makes another company (%(default)s)"
    )
    parser.add_argument("--customers", type=_at_least(9), default=120, help="%(default)s")
    parser.add_argument("--products", type=_at_least(21), default=60, help="%(default)s")
    parser.add_argument(
        "--orders-per-customer", type=_at_least(1), default=5, help="on average (%(default)s)"
    )
    return parser


def _at_least(least: int) -> _Number:
    return _Number(least)


class _Number:
    """A whole number from ``least`` on, for the command line."""

    def __init__(self, least: int) -> None:
        self._least = least

    def __call__(self, text: str) -> int:
        number = int(text)
        if number < self._least:
            raise argparse.ArgumentTypeError(f"at least {self._least}")
        return number


if __name__ == "__main__":
    sys.exit(main())
