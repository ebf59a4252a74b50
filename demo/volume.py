"""Companies of any size, for measuring: the same customers, products and orders, written as fast as the rules allow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from crm.clock import Clock
from demo import orders
from demo.company import YEAR_DAYS, Builder, Company
from demo.customers import Trade
from demo.ledger import Deed
from demo.orders import Desk
from sync_server.sync.office import Office


def build_volume(
    office: Office,
    *,
    seed: int,
    clock: Clock,
    customers: int = 1_000,
    products: int = 500,
    reps: int = 1,
    orders_count: int = 5_000,
    lines_per_order: int = 5,
) -> Company:
    """A company with exactly so many customers, orders and lines; the orders go round the customers in turn.

    Every order is a submitted one, written as the single changeset of births that a laptop sends: head, lines, seal.
    The rows are those that the rules would come to (a test compares), but the rules are not asked.
    """
    builder = Builder(office, seed=seed, clock=clock)
    staff, catalogue = builder.founding(products=products, reps=reps)
    trades = builder.trades(staff, catalogue, customers)
    builder.ledger.enter_ready(builder.entering(staff, trade) for trade in trades)
    desks = [builder.desk(staff, catalogue, rep) for rep in range(reps)]
    made: list[bytes] = []

    def deeds() -> Iterator[Deed]:
        for number in range(orders_count):
            trade = trades[number % len(trades)]
            days_ago = YEAR_DAYS - number * (YEAR_DAYS - 1) // orders_count
            deed, order_id = _order(builder, desks[trade.rep], trade, days_ago, number, lines_per_order)
            made.append(order_id)
            yield deed

    builder.ledger.enter_ready(deeds())
    return builder.result(staff, catalogue, trades, made)


def _order(
    builder: Builder, desk: Desk, trade: Trade, days_ago: int, number: int, lines: int
) -> tuple[Deed, bytes]:
    day = builder.today - timedelta(days=days_ago)
    at_ms = builder.chance.opening(day, builder.zone) + number % 30_000 * 1000
    document = orders.draft(desk, trade.customer, at_ms, day, lines=lines)
    return orders.submit(document, at_ms), document.id
