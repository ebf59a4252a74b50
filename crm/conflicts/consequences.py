"""What choosing the change that waits would do beyond its values: totals, approvals, lives (sync protocol, 9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, cast

from crm.changes.entity import Row, Schema, Wire
from crm.changes.policies import Rule
from crm.changes.view import Overlay, Rulebook, View
from crm.conflicts.rules import MINE, Matter, Step, steps_of
from crm.errors import RoundsmanError

TOTALS: Final[Mapping[str, tuple[str, str]]] = {"sales_order": ("gross_total_minor", "currency")}
"""Of a document that comes to an amount: the fields with the amount and its currency."""


class Effect(StrEnum):
    """One kind of consequence."""

    TOTAL = "total"  # the document comes to another amount: `before` and `after` in `currency`
    SAME_TOTAL = "same_total"
    SUBMIT_AGAIN = "submit_again"  # the change handed the document in; it becomes a draft to be looked at
    SEALED = "sealed"  # the document has moved on to state `before`: what stands in it cannot be written now
    MOVES = "moves"  # the record moves from state `before` to state `after`
    NO_MOVE = "no_move"  # there is no such move from the state `before` any more
    REVIVES = "revives"  # the record that was removed comes back
    LATER_ORDERS = "later_orders"  # holds for orders from now on; those written keep what they have
    CHANGES_OWNER = "changes_owner"
    VALUES_ONLY = "values_only"  # no total and no approval changes


@dataclass(frozen=True)
class Consequence:
    """One consequence. ``before`` and ``after`` are amounts in minor units of ``currency``, or states."""

    effect: Effect
    before: Wire = None
    after: Wire = None
    currency: str = ""


_FOR_LATER_ORDERS: Final = frozenset({"payment_terms_id", "tax_category", "grade", "price_minor"})
_OWNERS: Final = frozenset({"owner_id"})


def consequences_of_mine(schema: Schema, rulebook: Rulebook, view: View, matter: Matter) -> list[Consequence]:
    """What *mine* would do to the rows that ``view`` shows. Never empty."""
    found = list(_of_moves(schema, view, matter))
    if matter.rule == Rule.DEAD:
        found.append(Consequence(Effect.REVIVES))
    if matter.is_document:
        found += _of_documents(schema, rulebook, view, matter)
    elif _FOR_LATER_ORDERS.intersection(matter.names):
        found.append(Consequence(Effect.LATER_ORDERS))
    if _OWNERS.intersection(matter.names):
        found.append(Consequence(Effect.CHANGES_OWNER))
    return found or [Consequence(Effect.VALUES_ONLY)]


def _of_moves(schema: Schema, view: View, matter: Matter) -> Iterator[Consequence]:
    entity, row = schema.get(matter.table), view.get(matter.table, matter.row_id)
    if entity is None or row is None or matter.is_document:
        return
    for item in entity.machines:
        machine, after = item.policy.machine, matter.mine.get(item.name)
        if machine is None or after is None:
            continue
        now = cast(str, row[item.name])
        can_move = machine.right_for(now, after) is not None
        yield Consequence(Effect.MOVES if can_move else Effect.NO_MOVE, now, after)


def _of_documents(schema: Schema, rulebook: Rulebook, view: View, matter: Matter) -> Iterator[Consequence]:
    entity, root = schema.get(matter.table), view.get(matter.table, matter.row_id)
    if entity is None or root is None:
        return
    for item in entity.machines:
        if item.policy.machine is not None and root[item.name] != item.policy.machine.start:
            yield Consequence(Effect.SEALED, root[item.name])
            return
    names = TOTALS.get(entity.name)
    if names is not None:
        amount, currency = names
        after = _with_steps(schema, rulebook, view, matter)
        if after is not None:
            is_same = after[amount] == root[amount] and after[currency] == root[currency]
            effect = Effect.SAME_TOTAL if is_same else Effect.TOTAL
            yield Consequence(effect, root[amount], after[amount], cast(str, after[currency]))
    if _hands_in(matter):
        yield Consequence(Effect.SUBMIT_AGAIN)


def _with_steps(schema: Schema, rulebook: Rulebook, view: View, matter: Matter) -> Row | None:
    """The root row as it would be with *mine*; None where that cannot be told here."""
    layer = Overlay(view)
    try:
        for step in steps_of(schema, matter, MINE):
            _apply(schema, layer, step)
    except RoundsmanError:
        return None
    root = layer.get(matter.table, matter.row_id)
    rules = rulebook.get(matter.table)
    if root is None or rules is None:
        return root
    return {**root, **rules.derive(layer, root).get((matter.table, matter.row_id), {})}


def _apply(schema: Schema, layer: Overlay, step: Step) -> None:
    before = layer.get(step.table, step.row_id)
    row = dict(before) if before is not None else schema[step.table].blank()
    row.update(step.values)
    row["id"] = step.row_id
    if step.is_birth:
        row["deleted"] = 0
    for name, delta in step.deltas.items():
        row[name] = cast(int, row[name] or 0) + delta
    layer.put(step.table, row)


def _hands_in(matter: Matter) -> bool:
    return str(matter.mine.get("intent", "")).endswith(".submit")
