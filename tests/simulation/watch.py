"""What is checked of every message that the office answers: outcomes are those it keeps, rows are the person's."""

from __future__ import annotations

from typing import Final

from crm.changes.codec import encode
from crm.changes.ops import Page, PushAnswer, PushRequest
from tests.simulation.ledger import Ledger
from tests.simulation.tally import Tally, Violation
from tests.simulation.world import SECRET, SECRET_NUMBERS

_SECRETS: Final = (SECRET.encode(), *(b"\xcf" + number.to_bytes(8, "big")[:6] for number in SECRET_NUMBERS))
"""What of office fields could be seen in a message: their words, and the upper bytes of their numbers."""


def check_push(ledger: Ledger, request: PushRequest, answer: PushAnswer, tally: Tally) -> None:
    """Every outcome is the one that the office keeps, and was asked for.

    :raises Violation: 2, 3, 14, 22.
    """
    if answer.fork:
        raise Violation(14, "the office takes a laptop for a copy, and it is none")
    asked = {sealed.change_id: sealed for sealed in request.changesets}
    for outcome in answer.outcomes:
        known = ledger.known.get(outcome.change_id)
        if known is None:
            raise Violation(2, f"changeset {outcome.change_id.hex()} was answered and is not kept")
        if outcome.change_id not in asked or (known.kind, known.code) != (outcome.kind, outcome.code):
            raise Violation(
                3,
                f"changeset {outcome.change_id.hex()} is {outcome.kind} {outcome.code}; it was {known.kind}",
            )
        tally.saw(2)
    _no_secrets(encode(answer), tally)


def check_page(ledger: Ledger, person: bytes, page: Page, tally: Tally) -> None:
    """A page brings rows of the person's units only, and no office field.

    :raises Violation: 2, 6, 22.
    """
    for block in page.blocks:
        place = block.columns.index("unit")
        for row in block.rows:
            if not ledger.holds(person, row[place]):
                raise Violation(6, f"a row of {block.table} in unit {row[place].hex()} went to somebody else")
        tally.saw(6, len(block.rows))
    for unit in [*page.entering, *(item.unit for item in page.digests)]:
        if not ledger.holds(person, unit):
            raise Violation(6, f"the key of unit {unit.hex()} went to somebody else")
    for outcome in page.receipt.outcomes if page.receipt is not None else ():
        known = ledger.known.get(outcome.change_id)
        if known is None or (known.kind, known.code) != (outcome.kind, outcome.code):
            raise Violation(2, f"the receipt tells of {outcome.change_id.hex()} what is not so")
        tally.saw(2)
    if page.blocks:
        _no_secrets(encode(page), tally)


def _no_secrets(data: bytes, tally: Tally) -> None:
    if any(secret in data for secret in _SECRETS):
        raise Violation(22, "a field of the office is in a message")
    tally.saw(22)
