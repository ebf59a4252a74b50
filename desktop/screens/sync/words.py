"""The sync centre in words: what was done, what the office said, what is safe, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication

from crm.changes.entity import Entity, Wire
from crm.conflicts.states import NEEDS_A_PERSON
from crm.schema import SCHEMA
from desktop.kit import words
from desktop.kit.format import NO_VALUE, Formats
from desktop.kit.values import is_empty, is_told, row_currency, value_text
from desktop.kit.values import line_text as values_line_text
from desktop.store.reads.captions import Captions
from desktop.store.reads.conflicts import Line
from desktop.store.reads.outbox import Change, Matter, Place, Step, Touched
from desktop.store.reads.rounds import Round

translate: Final = QCoreApplication.translate
ARROW: Final = "\N{RIGHTWARDS ARROW}"
DOT: Final = " \N{MIDDLE DOT} "
_SHOWN: Final = 2
"""So many fields stand in a line of the list."""


@dataclass(frozen=True)
class Told:
    """One field in words. ``before`` is empty where there was none."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Plight:
    """What a person needs to know of something that did not pass."""

    happened: str
    safe: str
    todo: str


# --- what was done ---------------------------------------------------------------------------------------------------


def record(table: str, title: str) -> str:
    """What a record is called; its kind where it has no name any more."""
    return title or words.table(table)


def told_changes(row: Touched, captions: Captions, formats: Formats, *, currency: str = "") -> list[Told]:
    """The fields of a row that say something, in words. Of a new row those that are filled in.

    ``currency`` is that of its amounts where the row itself is not here.
    """
    entity = SCHEMA.get(row.table)
    if entity is None:
        return []
    values = {change.name: change.after for change in row.changes}
    currency = row_currency(row.table, values, captions, row.row_id) or currency
    return [
        Told(
            words.field(row.table, change.name),
            "" if row.is_birth else _value(entity, change, change.before, captions, formats, currency),
            _value(entity, change, change.after, captions, formats, currency),
        )
        for change in row.changes
        if is_told(entity, change.name) and not (row.is_birth and _goes_without_saying(entity, row, change))
    ]


def _value(
    entity: Entity, change: Change, value: Wire, captions: Captions, formats: Formats, currency: str
) -> str:
    return value_text(entity, change.name, value, captions=captions, formats=formats, currency=currency)


def _goes_without_saying(entity: Entity, row: Touched, change: Change) -> bool:
    """Of a new record: what is empty, as always, its name that stands above, and what it belongs to."""
    item = entity.fields.get(change.name)
    is_parent = item is not None and item.ref in {"customer", "sales_order", "app_user"}
    is_usual = is_empty(change.after) or (item is not None and change.after == item.default)
    return is_parent or is_usual or change.after == row.title or change.name == "customer_name"


def line_text(row: Touched, captions: Captions, formats: Formats, *, currency: str = "") -> str:
    """A new line of an order: how much of what at which price; empty for any other row."""
    if row.table != "order_line" or not row.is_birth:
        return ""
    values = {change.name: change.after for change in row.changes}
    own = row_currency(row.table, values, captions, row.row_id)
    return values_line_text(values, formats=formats, currency=own or currency)


def summary(matter: Matter, captions: Captions, formats: Formats) -> str:
    """What was done in one line: the fields, old and new, or the steps."""
    steps = matter.steps
    if len(steps) == 1 and len(steps[0].rows) == 1 and not steps[0].rows[0].is_birth:
        told = told_changes(steps[0].rows[0], captions, formats)
        shown = [_old_and_new(one) for one in told[:_SHOWN]]
        rest = told[_SHOWN:]
        if shown:
            more = [translate("SyncCentre", "%n more field(s)", "", len(rest))] if rest else []
            return DOT.join([*shown, *more])
    return DOT.join(_intents(steps))


def _old_and_new(one: Told) -> str:
    if one.before in {"", NO_VALUE}:
        return f"{one.field} {one.after}"
    return f"{one.field} {one.before} {ARROW} {one.after}"


def _intents(steps: tuple[Step, ...]) -> Iterator[str]:
    counts: dict[str, int] = {}
    for step in steps:
        counts[step.intent] = counts.get(step.intent, 0) + 1
    for intent, count in counts.items():
        text = words.intent(intent)
        yield f"{text} \N{MULTIPLICATION SIGN}{count}" if count > 1 else text


def conflict_summary(line: Line, captions: Captions, formats: Formats) -> str:
    """What is in conflict, in one line."""
    if line.is_document:
        return translate("SyncCentre", "Changed on both sides: {what}").format(what=words.intent(line.intent))
    entity = SCHEMA.get(line.table)
    if entity is None:
        return words.table(line.table)
    names = [words.field(line.table, field.name) for field in line.fields if field.name != "deleted"]
    if line.rule == "dead":
        return translate("SyncCentre", "Changed here, removed elsewhere: {fields}").format(
            fields=", ".join(names)
        )
    if len(line.fields) != 1:
        return translate("SyncCentre", "Changed on both sides: {what}").format(what=", ".join(names))
    (field,) = line.fields
    currency = row_currency(line.table, {}, captions, line.target)
    mine, theirs = (
        value_text(entity, field.name, value, captions=captions, formats=formats, currency=currency)
        for value in (field.mine, field.theirs)
    )
    return f"{names[0]} {theirs} / {mine}"


# --- where it stands -------------------------------------------------------------------------------------------------


def step_state(step: Step) -> tuple[str, str]:
    """Where a step stands: the word and its meaning."""
    if step.state == "discarded":
        return words.state("discarded"), "neutral"
    if step.state == "sending":
        return words.state("sending"), "information"
    if step.outcome == "rejected":
        return translate("SyncCentre", "Refused"), "needs_you"
    if step.outcome == "quarantined":
        return translate("SyncCentre", "Set aside"), "look"
    if step.outcome == "conflict":
        is_open = step.conflict_state in NEEDS_A_PERSON
        return (words.state("conflict"), "needs_you") if is_open else (words.state("resolved"), "done")
    if step.outcome == "merged":
        return translate("SyncCentre", "Combined"), "done"
    if step.outcome:
        return translate("SyncCentre", "Accepted"), "done"
    if step.state == "parked":
        return translate("SyncCentre", "Held back"), "look"
    return words.state("waiting"), "look"


def step_details(step: Step) -> str:
    """What to say to whoever helps."""
    told = [
        f"{translate('SyncCentre', 'Change')} {step.change_id.hex()}",
        f"{translate('SyncCentre', 'Action')} {step.intent}",
    ]
    if step.number is not None:
        told.append(f"{translate('SyncCentre', 'Number')} {step.number}")
    if step.code:
        told.append(f"{translate('SyncCentre', 'Error')} {step.code}")
    if step.message:
        told.append(step.message)
    return "\n".join(told)


# --- what did not pass -----------------------------------------------------------------------------------------------


def plight(matter: Matter) -> Plight | None:
    """Of something refused or set aside: what happened, what is safe, what to do."""
    step = matter.refused
    if step is None or matter.place is not Place.NEEDS_YOU:
        return None
    if step.outcome == "quarantined":
        return _set_aside_plight()
    return Plight(
        words.error_number(step.code, step.message),
        translate(
            "SyncCentre",
            "Nothing is lost: your change stays on this laptop and is shown as you made it. The office has what it had before.",
        ),
        _next(step),
    )


def _set_aside_plight() -> Plight:
    return Plight(
        translate("SyncCentre", "The office could not work on this change and set it aside."),
        translate(
            "SyncCentre",
            "Nothing is lost: the change is kept here and at the office. Everything after it went its way.",
        ),
        translate(
            "SyncCentre",
            "Somebody at the office looks into it. When they say so, send it again; or drop it, and the record is as the "
            "office has it.",
        ),
    )


def set_aside_plight() -> Plight:
    """Of a change that was made on another laptop."""
    plain = _set_aside_plight()
    return Plight(
        plain.happened,
        plain.safe,
        translate(
            "SyncCentre",
            "It was made on another laptop of yours: deal with it there. When that laptop is gone, enter the change again and "
            "close this.",
        ),
    )


_NO_RIGHT: Final = frozenset({2002, 2003})
_TAKEN: Final = frozenset({3111, 3131, 3151, 3171, 3181})
_MOVED_ON: Final = frozenset({3001, 3005, 3007, 3008, 3115, 3123})


def _next(step: Step) -> str:
    if step.code in _NO_RIGHT:
        return translate(
            "SyncCentre",
            "Ask who holds this record now. With the right back, send the change again; otherwise drop it.",
        )
    if step.code in _TAKEN:
        return translate(
            "SyncCentre",
            "Look whether the same record is there already. If it is, drop this one and work with that; if not, ask the office "
            "to free the code and send it again.",
        )
    if step.code in _MOVED_ON:
        return translate(
            "SyncCentre",
            "Drop this change and look at the record as it stands now; make the change there if it is still wanted.",
        )
    return translate(
        "SyncCentre",
        "Drop this change and make it again with other values; or have the office put right what stands in the way, and send "
        "it again.",
    )


# --- rounds ----------------------------------------------------------------------------------------------------------


def round_title(done: Round) -> str:
    """What a round did, in one line."""
    if done.is_first_copy:
        return translate("SyncCentre", "First copy: %n record(s) received", "", done.received)
    told = []
    if done.sent:
        told.append(translate("SyncCentre", "%n change(s) sent", "", done.sent))
    if done.received:
        told.append(translate("SyncCentre", "%n record(s) received", "", done.received))
    if done.left:
        told.append(translate("SyncCentre", "%n record(s) left this laptop", "", done.left))
    if told:
        return DOT.join(told)
    return (
        translate("SyncCentre", "Nothing passed") if done.code else translate("SyncCentre", "Looked for news")
    )


_KINDS: Final = ("conflict", "rejected", "quarantined", "merged", "applied")


def round_outcomes(done: Round) -> str:
    """What the office said of what was sent."""
    parts = [_counted(kind, done) for kind in _KINDS if done.outcomes.get(kind)]
    return DOT.join(parts) or translate("SyncCentre", "Without trouble")


def _counted(kind: str, done: Round) -> str:
    match kind:
        case "conflict":
            return translate("SyncCentre", "%n conflict(s)", "", done.outcomes[kind])
        case "rejected":
            return translate("SyncCentre", "%n refused", "", done.outcomes[kind])
        case "quarantined":
            return translate("SyncCentre", "%n set aside", "", done.outcomes[kind])
        case "merged":
            return translate("SyncCentre", "%n combined", "", done.outcomes[kind])
    return translate("SyncCentre", "%n accepted", "", done.outcomes[kind])


def round_facts(done: Round, formats: Formats) -> list[tuple[str, str]]:
    """Everything that is known of a round, as (what, value)."""
    facts = [
        (translate("SyncCentre", "Ended"), formats.instant(done.at_ms)),
        (translate("SyncCentre", "Took"), f"{formats.scaled(round(done.seconds * 1000), 3, least=1)} s"),
        (translate("SyncCentre", "Changes sent"), formats.number(done.sent)),
        (translate("SyncCentre", "Outcomes"), round_outcomes(done)),
        (translate("SyncCentre", "Records received"), formats.number(done.received)),
        (translate("SyncCentre", "Records that left"), formats.number(done.left)),
        (translate("SyncCentre", "Pages"), formats.number(done.pages)),
        (translate("SyncCentre", "Clock of this laptop"), clock_text(done.clock_offset_ms, formats)),
    ]
    if done.mismatches:
        facts.append(
            (translate("SyncCentre", "Differences found, fetched again"), formats.number(done.mismatches))
        )
    if done.held_back:
        facts.append((translate("SyncCentre", "Removals held back"), formats.number(done.held_back)))
    return facts


def clock_text(offset_ms: int | None, formats: Formats) -> str:
    """How the laptop's clock stands to the office's."""
    if offset_ms is None:
        return translate("SyncCentre", "not compared: no answer")
    seconds = abs(offset_ms) / 1000
    if seconds < 1:
        return translate("SyncCentre", "right")
    text = translate("SyncCentre", "{time} slow") if offset_ms > 0 else translate("SyncCentre", "{time} fast")
    return text.format(time=formats.duration(seconds))


def facts_text(facts: list[tuple[str, str]]) -> str:
    """Facts for the clipboard."""
    return "\n".join(f"{name}: {value}" for name, value in facts)
