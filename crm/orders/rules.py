"""What the office derives from an order and says about it, and what a person must do before submitting (R-107).

Hard findings refuse the change (rights, moves, locks) or leave a conflict (a broken seal). Soft ones only mark that
somebody should look.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from crm.changes.entity import Row, Wire
from crm.changes.view import Change, Finding, Key, View, Want
from crm.orders.amounts import NOTHING, LineFigures, OrderAmounts, in_bounds, order_amounts


class OrderRules:
    """The rules of ``sales_order`` with its lines, seals and decisions. Pure."""

    def wants(self, view: View, roots: Iterable[Row]) -> Iterator[Want]:
        """See `crm.changes.view.Rules.wants`."""
        yield Want("order_line", "order_id", frozenset(cast(bytes, root["id"]) for root in roots))

    def derive(self, view: View, root: Row) -> Mapping[Key, Mapping[str, Wire]]:
        """Line amounts and totals (see `crm.orders.amounts`)."""
        lines = [row for row in view.children("order_line", "order_id", _id(root)) if not row["deleted"]]
        amounts = _amounts(root, lines)
        found: dict[Key, Mapping[str, Wire]] = {
            ("sales_order", _id(root)): {
                "list_total_minor": amounts.list_total_minor,
                "net_total_minor": amounts.net_total_minor,
                "tax_total_minor": amounts.tax_total_minor,
                "gross_total_minor": amounts.gross_total_minor,
            }
        }
        for row, line in zip(lines, amounts.lines, strict=True):
            found["order_line", _id(row)] = line._asdict()
        return found

    def judge(self, view: View, change: Change) -> Iterable[Finding]:
        """See the module."""
        return ()


def _id(row: Row) -> bytes:
    return cast(bytes, row["id"])


def _amounts(root: Row, lines: list[Row]) -> OrderAmounts:
    figures = [LineFigures(*(cast(int, line[name]) for name in LineFigures._fields)) for line in lines]
    if not all(map(in_bounds, figures)):
        return NOTHING
    return order_amounts(figures, cast(int, root["discount_bp"]), is_net=bool(root["is_net"]))
