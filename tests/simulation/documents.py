"""Orders, seals and decisions in our books: what was sealed is what stands, and a decision names it (sync-protocol, 14)."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

import msgspec

from crm.changes.entity import Wire
from crm.changes.view import Key
from crm.orders.seal import HEADER_1, LINE_1
from tests.simulation.tally import Tally, Violation

Values = Mapping[Key, Mapping[str, Wire]]

UNSEALED: Final = frozenset({"draft", "cancelled"})
AMOUNTS: Final = ("net_minor", "tax_minor", "gross_minor")
TOTALS: Final = ("list_total_minor", "net_total_minor", "tax_total_minor", "gross_total_minor")


def check_order(values: Values, order_id: bytes, tally: Tally) -> None:
    """A submitted order is, value for value, the document that was sealed.

    :raises Violation: 19.
    """
    order = values["sales_order", order_id]
    if order["state"] in UNSEALED:
        return
    seals = [
        row
        for (table, _), row in values.items()
        if table == "order_seal" and row["order_id"] == order_id and row["hash"] == order["seal_hash"]
    ]
    where = f"order {order_id.hex()} ({order['state']!r})"
    if not seals:
        raise Violation(19, f"{where} stands without its seal")
    content = seals[0]["content"]
    assert isinstance(content, bytes)
    if sha256(content).digest() != order["seal_hash"] or seals[0]["revision"] != order["revision"]:
        raise Violation(19, f"{where}: the seal is not the one the order names")
    _format, header, lines, totals = msgspec.msgpack.decode(content)
    for name, value in zip(HEADER_1, header, strict=True):
        if order[name] != value:
            raise Violation(19, f"{where}: {name} is {order[name]!r}, sealed was {value!r}")
    if tuple(order[name] for name in TOTALS) != tuple(totals):
        raise Violation(19, f"{where}: the totals are not those that were sealed")
    live = {
        key[1]: row
        for key, row in values.items()
        if key[0] == "order_line" and row["order_id"] == order_id and not row["deleted"]
    }
    for sealed in lines:
        line = live.pop(sealed[0], None)
        if line is None:
            raise Violation(19, f"{where}: a line that was sealed is gone")
        for name, value in zip((*LINE_1, *AMOUNTS), sealed, strict=True):
            if line[name] != value:
                raise Violation(19, f"{where}: a line's {name} is {line[name]!r}, sealed was {value!r}")
    if live:
        raise Violation(19, f"{where}: a line was never sealed")
    tally.saw(19)


def check_decision(values: Values, decision_id: bytes, tally: Tally) -> None:
    """A decision names a seal of its order and revision.

    :raises Violation: 19.
    """
    decision = values["approval_decision", decision_id]
    for (table, _), row in values.items():
        if (
            table == "order_seal"
            and row["order_id"] == decision["order_id"]
            and row["hash"] == decision["seal_hash"]
            and row["revision"] == decision["revision"]
        ):
            tally.saw(19)
            return
    raise Violation(19, f"the decision {decision_id.hex()} names a document that was never sealed")
