"""What must be known of a customer before anything else, the most urgent first (R-015, BR-15, R-036)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Final

from PySide6.QtCore import QCoreApplication

from crm.customers.states import Library
from desktop.kit import words
from desktop.kit.format import formats
from desktop.store.reads.customer import Twins, Whole
from desktop.widgets.banner import Telling

translate: Final = QCoreApplication.translate
Open = Callable[[str, dict[str, str]], None]
"""Goes to a screen and a place (`Shell.open`)."""
LATE_BY: Final = 2
"""An order that is expected is missed after so many times the usual gap."""


def warnings_of(found: Whole, today: date, open_screen: Open) -> list[Telling]:
    """The banners of a customer."""
    return [
        *_needs_you(found, open_screen),
        *_credit(found),
        *_state(found),
        *_silence(found, today),
        *_twins(found.twins),
        *_unsent(found, open_screen),
    ]


def _needs_you(found: Whole, open_screen: Open) -> Iterator[Telling]:
    for conflict_id in found.conflicts[:1]:
        yield Telling(
            "needs_you",
            translate("Warnings", "%n conflict(s) to decide", "", len(found.conflicts)),
            (
                translate("Warnings", "Decide"),
                partial(open_screen, "conflict", {"id": conflict_id.hex()}),
            ),
        )
    for order in found.returned[:2]:
        text = translate("Warnings", "Order {number} was returned").format(number=order.number)
        if order.reason:
            text = translate("Warnings", "Order {number} was returned: {reason}").format(
                number=order.number, reason=order.reason
            )
        yield Telling(
            "needs_you",
            text,
            (
                translate("Warnings", "Open order"),
                partial(open_screen, "order", {"id": order.id.hex()}),
            ),
        )
    if found.parked:
        yield Telling(
            "needs_you",
            translate("Warnings", "%n change(s) refused by the office", "", found.parked),
            (translate("Warnings", "Look"), lambda: open_screen("sync", {})),
        )


def _credit(found: Whole) -> Iterator[Telling]:
    figures = found.figures
    free, limit = figures.free_minor, figures.limit_minor
    if limit == 0:
        yield Telling(
            "needs_you", translate("Warnings", "Nothing on credit: the office has set the limit to 0")
        )
    elif free is not None and limit is not None and free < 0:
        yield Telling(
            "needs_you",
            translate("Warnings", "{over} over the credit limit of {limit}").format(
                over=formats().money_short(-free, figures.currency),
                limit=formats().money_short(limit, figures.currency),
            ),
        )
    if found.terms_retired:
        yield Telling(
            "look",
            translate(
                "Warnings", "The payment terms “{terms}” are no longer offered: agree on others"
            ).format(terms=found.terms),
        )


def _state(found: Whole) -> Iterator[Telling]:
    library = found.row["library"]
    if library == Library.INVALID:
        yield Telling(
            "look", translate("Warnings", "Invalid: {reason}").format(reason=found.row["invalid_reason"])
        )
    elif library == Library.MERGED:
        yield Telling(
            "look", translate("Warnings", "Merged into another customer: nothing is entered here any more")
        )
    elif library == Library.PUBLIC:
        yield Telling("information", translate("Warnings", "In the public pool: nobody works on it"))


def _silence(found: Whole, today: date) -> Iterator[Telling]:
    """The customer usually would have ordered long ago."""
    figures = found.figures
    if figures.last_on is None or figures.rhythm_days is None:
        return
    silent = (today - figures.last_on).days
    if silent > LATE_BY * figures.rhythm_days and silent - figures.rhythm_days >= 7:
        yield Telling(
            "look",
            translate("Warnings", "No order for %n day(s)", "", silent)
            + " · "
            + translate("Warnings", "usually one every %n day(s)", "", figures.rhythm_days),
        )


def _twins(twins: Twins | None) -> Iterator[Telling]:
    if twins is None:
        return
    names = {"name": "name", "phone": "phone", "registry": "tax_registration_no"}
    by = ", ".join(words.field("customer", names.get(word, word)) for word in twins.by)
    text = translate(
        "Warnings", "Possibly entered twice: the office has %n other record(s) like it", "", twins.records
    )
    yield Telling("look", f"{text} ({by})" if by else text)


def _unsent(found: Whole, open_screen: Open) -> Iterator[Telling]:
    if found.waiting:
        yield Telling(
            "neutral",
            translate(
                "Warnings", "%n change(s) on this laptop not confirmed by the office yet", "", found.waiting
            ),
            (translate("Warnings", "Show"), lambda: open_screen("sync", {})),
        )
