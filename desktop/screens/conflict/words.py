"""A conflict in words: who did what, the values of both sides, what follows from choosing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from PySide6.QtCore import QCoreApplication

from crm.changes.entity import Wire
from crm.conflicts.consequences import Consequence, Effect
from crm.schema import SCHEMA
from desktop.kit import words
from desktop.kit.format import NO_VALUE, Formats
from desktop.kit.values import is_told, line_text, row_currency, value_text
from desktop.store.reads.conflicts import Compared, Side, Whole

translate: Final = QCoreApplication.translate


@dataclass(frozen=True)
class Told:
    """One row of the comparison. Without values it is the heading of the record that the next rows are about."""

    name: str
    before: str = ""
    mine: str = ""
    theirs: str = ""
    is_heading: bool = False


@dataclass(frozen=True)
class Seat:
    """A side as the person at this laptop sees it. ``is_me``: the person made it."""

    title: str
    detail: str
    is_me: bool


def seats(whole: Whole, me: bytes, formats: Formats, now_ms: int) -> tuple[Seat, Seat]:
    """The two sides: the change that waits, and what stands."""
    chosen = whole.resolution if whole.state == "resolved" else ""
    stands = translate("Conflict", "stands now")
    mine, theirs = {
        "mine": (stands, translate("Conflict", "stood before")),
        "theirs": (translate("Conflict", "not chosen"), stands),
        "other": (translate("Conflict", "not chosen"), translate("Conflict", "stood before")),
    }.get(chosen, (translate("Conflict", "waits"), stands))
    is_both = whole.line.mine_by.person == whole.line.theirs_by.person == me
    return (
        _seat(whole.line.mine_by, me, formats, now_ms, mine, translate("Conflict", "Mine")),
        _seat(
            whole.line.theirs_by,
            me,
            formats,
            now_ms,
            theirs,
            translate("Conflict", "Mine, from elsewhere") if is_both else translate("Conflict", "Mine"),
        ),
    )


def _seat(side: Side, me: bytes, formats: Formats, now_ms: int, state: str, mine: str) -> Seat:
    is_me = side.person == me
    when = formats.moment(side.at_ms, now_ms) if side.at_ms else ""
    title = mine if is_me else side.name or translate("Conflict", "The office")
    return Seat(title, f"{state} \N{MIDDLE DOT} {when}" if when else state, is_me)


def what_happened(whole: Whole, theirs: Seat) -> str:
    """Why there is something to decide, in one or two sentences."""
    if whole.state == "resolved":
        return translate("Conflict", "Both sides changed this without knowing of each other. It is decided.")
    if whole.state == "decided":
        return translate("Conflict", "Both sides changed this; by the rule for it, the later change stands.")
    rule = whole.line.rule
    if rule == "dead":
        return translate(
            "Conflict",
            "This was changed on one side and removed on the other. It stays removed until somebody decides.",
        )
    if rule == "state":
        return translate(
            "Conflict", "The record was moved on in two ways. What came first to the office stands."
        )
    if rule == "seal":
        return translate(
            "Conflict",
            "What was sealed here is not what the office holds, so the order was not handed in. It is a draft.",
        )
    if rule == "subject":
        return translate("Conflict", "A rule stands against the change, so the record was left as it was.")
    if theirs.is_me:
        return translate(
            "Conflict",
            "Both changes were made without the other one. What you did elsewhere came first, so that stands.",
        )
    return translate(
        "Conflict",
        "Both sides changed this without knowing of each other. {name} was first at the office, so that stands.",
    ).format(name=theirs.title)


def resolution(whole: Whole, me: bytes, formats: Formats, now_ms: int) -> str:
    """Who decided what, and when."""
    mine, theirs = seats(whole, me, formats, now_ms)
    chosen = {"mine": mine.title, "theirs": theirs.title}.get(
        whole.resolution, translate("Conflict", "other values")
    )
    by = whole.resolved_by
    who = translate("Conflict", "you") if by.person == me else by.name or translate("Conflict", "somebody")
    return translate("Conflict", "Decided by {who}, {when}: {chosen}").format(
        who=who, when=formats.moment(by.at_ms, now_ms), chosen=chosen
    )


def comparison(whole: Whole, formats: Formats) -> list[Told]:
    """The rows of the comparison: of a document by record, and only what one side changed."""
    found: list[Told] = []
    for (table, row_id), fields in groupby(whole.line.fields, key=lambda field: (field.table, field.row_id)):
        some = list(fields)
        rows = list(_of_record(whole, table, row_id, some, formats))
        if rows and whole.line.is_document and len(rows) > 1:
            title = some[0].title or words.table(table)
            found.append(Told(title, is_heading=True))
        found += rows
    return found


def _of_record(
    whole: Whole, table: str, row_id: bytes, fields: list[Compared], formats: Formats
) -> Iterator[Told]:
    entity = SCHEMA.get(table)
    if entity is None:
        return
    order = whole.captions.get((whole.line.table, whole.line.target))
    mine = {field.name: field.mine for field in fields}
    currency = row_currency(table, mine, whole.captions, row_id) or (order.currency if order else "")
    if table == "order_line" and "product_id" in mine and not any(field.has_theirs for field in fields):
        yield Told(
            fields[0].title,
            NO_VALUE,
            line_text(mine, formats=formats, currency=currency),
            translate("Conflict", "not there"),
        )
        return
    values: Mapping[str, Wire]
    for field in fields:
        if not is_told(entity, field.name):
            continue
        if field.name == "deleted":
            yield Told(words.table(table), _life(field.before), _life(field.mine), _life(field.theirs))
            continue
        values = {"before": field.before, "mine": field.mine, "theirs": field.theirs}
        told = {
            side: value_text(
                entity, field.name, value, captions=whole.captions, formats=formats, currency=currency
            )
            for side, value in values.items()
        }
        if not field.has_theirs:
            told["theirs"] = NO_VALUE
        yield Told(words.field(table, field.name), told["before"], told["mine"], told["theirs"])


def _life(value: Wire) -> str:
    return translate("Conflict", "removed") if value else translate("Conflict", "there")


# --- what follows ----------------------------------------------------------------------------------------------------


def consequences(whole: Whole, formats: Formats) -> list[str]:
    """What choosing the change that waits would do."""
    return [_consequence(one, formats) for one in whole.consequences]


def standing_consequence(whole: Whole) -> str:
    """What choosing what stands does."""
    if whole.line.rule == "dead":
        return translate("Conflict", "The record stays removed.")
    if whole.line.is_document:
        return translate(
            "Conflict",
            "Nothing changes: the order stays as it stands. The other version is kept here to read.",
        )
    return translate("Conflict", "Nothing changes: this value stands already.")


def _consequence(one: Consequence, formats: Formats) -> str:
    match one.effect:
        case Effect.TOTAL:
            return translate("Conflict", "The total changes from {before} to {after}.").format(
                before=_amount(one.before, one, formats), after=_amount(one.after, one, formats)
            )
        case Effect.SAME_TOTAL:
            return translate("Conflict", "The total stays {total}.").format(
                total=_amount(one.after, one, formats)
            )
        case Effect.SUBMIT_AGAIN:
            return translate(
                "Conflict",
                "The order becomes a draft: look at it and submit it again. It needs approval anew.",
            )
        case Effect.SEALED:
            return translate(
                "Conflict", "The order is {state} by now, so this cannot be chosen. Revise the order instead."
            ).format(state=words.state(str(one.before)))
        case Effect.MOVES:
            return translate("Conflict", "The state changes from {before} to {after}.").format(
                before=words.state(str(one.before)), after=words.state(str(one.after))
            )
        case Effect.NO_MOVE:
            return translate("Conflict", "It is {state} by now; this step is not possible any more.").format(
                state=words.state(str(one.before))
            )
        case Effect.REVIVES:
            return translate("Conflict", "The record comes back, with this change.")
        case Effect.LATER_ORDERS:
            return translate(
                "Conflict", "It holds for orders from now on. Orders already written keep what they have."
            )
        case Effect.CHANGES_OWNER:
            return translate("Conflict", "Another rep looks after the customer from then on.")
    return translate("Conflict", "Only what is shown changes: no total, no approval.")


def _amount(value: Wire, one: Consequence, formats: Formats) -> str:
    return formats.money(value if isinstance(value, int) else 0, one.currency)


def cannot_be_chosen(whole: Whole) -> bool:
    """Whether the change that waits cannot be chosen as things stand."""
    blocked = {Effect.SEALED, Effect.NO_MOVE}
    return not whole.is_here or any(one.effect in blocked for one in whole.consequences)
