"""The moments of a customer's timeline in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QCoreApplication

from crm.schema import SCHEMA
from desktop.kit import values, words
from desktop.kit.format import NO_VALUE, formats
from desktop.kit.session import Session
from desktop.store.reads.listing import Row
from desktop.store.reads.timeline import Moment, Timeline, What
from desktop.widgets.changes import beginning_text, person_text, value_text

translate: Final = QCoreApplication.translate


def moment_lines(found: Timeline, session: Session) -> Iterator[Row]:
    """The timeline in words."""
    now_ms = session.now_ms()
    for number, moment in enumerate(found.moments):
        what, detail = moment_text(moment, found)
        yield {
            "id": str(number).encode(),
            "moment": moment,
            "when": formats().moment(moment.at_ms, now_ms) if moment.at_ms else NO_VALUE,
            "what": what,
            "detail": detail,
            "who": person_text(moment.by, found, session),
        }


def moment_text(moment: Moment, found: Timeline) -> tuple[str, str]:
    """What happened, and what there is to say about it."""
    if moment.what is What.CHANGED:
        return _change_text(moment, found)
    if moment.what is What.CONFLICT:
        return words.table("conflict"), words.state(moment.word)
    parts = [moment.number, formats().money(moment.amount_minor, moment.currency), words.state(moment.word)]
    if moment.what is What.DECIDED:
        titles = {
            "approved": translate("Timeline", "Order approved"),
            "returned": translate("Timeline", "Order returned"),
            "rejected": translate("Timeline", "Order rejected"),
        }
        parts[2] = moment.note
        return titles.get(moment.word, moment.word), " · ".join(part for part in parts if part)
    title = (
        translate("Timeline", "Order submitted")
        if moment.what is What.ORDER_SUBMITTED
        else translate("Timeline", "Order begun")
    )
    return title, " · ".join(parts)


def _change_text(moment: Moment, found: Timeline) -> tuple[str, str]:
    change = moment.change
    assert change is not None
    added = {
        "customer": translate("Timeline", "Customer entered"),
        "contact": translate("Timeline", "Contact added"),
        "ship_to_address": translate("Timeline", "Address added"),
    }
    edited = {
        "customer": translate("Timeline", "Customer changed"),
        "contact": translate("Timeline", "Contact changed"),
        "ship_to_address": translate("Timeline", "Address changed"),
    }
    caption = found.captions.get((change.table, change.row_id))
    name = caption.title if caption is not None and change.table != "customer" else ""
    if change.born:
        return added[change.table], name or beginning_text(change, found)
    if "deleted" in change.fields:
        removed = {
            "customer": translate("Timeline", "Customer removed"),
            "contact": translate("Timeline", "Contact removed"),
            "ship_to_address": translate("Timeline", "Address removed"),
        }
        if change.fields["deleted"][1]:
            return removed[change.table], name
    told = [
        f"{words.field(change.table, field)}: {value_text(change, field, old, found)} → "
        f"{value_text(change, field, new, found)}"
        for field, (old, new) in change.fields.items()
        if values.is_told(SCHEMA[change.table], field)
    ]
    return edited[change.table], " · ".join([*([name] if name else []), *told])
