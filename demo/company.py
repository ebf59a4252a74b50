"""A made-up outdoor-advertising company with a year behind it, the same for the same seed.

`build_company` writes it into an office's database through the office's own rules: people with roles, a catalogue
with prices, customers with contacts and addresses, and orders in every state. `demo.volume` makes large ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from crm.changes.actor import Actor, Extent
from crm.changes.entity import Row
from crm.clock import Clock, business_date
from crm.ids import PersonId
from crm.rights import Right
from crm.schema import SCHEMA
from demo import orders
from demo.catalogue import Catalogue, make_catalogue
from demo.customers import Trade, make_customers, office_terms
from demo.ledger import Chance, Deed, Ledger, Watch, birth, unwatched
from demo.names import Names
from demo.people import Staff, make_staff
from demo.rows import Rows
from sync_server.sync.office import Office

YEAR_DAYS: Final = 365
DAY_MS: Final = orders.DAY_MS


@dataclass(frozen=True)
class Company:
    """Ids of what was made. ``customers`` are by rep, ``contacts`` by customer, in the order they were made.

    ``price_list`` is the version of the standard list that holds today; ``orders`` are in order of time.
    ``changesets`` and ``rows`` count what was written.
    """

    divisions: tuple[bytes, ...]
    system_admin: bytes
    group_manager: bytes
    head: bytes
    division_admin: bytes
    approver: bytes
    reps: tuple[bytes, ...]
    rep_codes: tuple[str, ...]
    products: tuple[bytes, ...]
    price_list: bytes
    payment_terms: tuple[bytes, ...]
    customers: dict[bytes, tuple[bytes, ...]]
    contacts: dict[bytes, tuple[bytes, ...]]
    orders: tuple[bytes, ...]
    changesets: int
    rows: int


def build_company(
    office: Office,
    *,
    seed: int,
    clock: Clock,
    customers: int = 120,
    products: int = 60,
    reps: int = 3,
    orders_per_customer: int = 5,
    watch: Watch = unwatched,
) -> Company:
    """Make a company up and write it down; the office's database is set up and holds no company yet.

    ``clock`` says which day is today: the orders lie in the year before it. One customer in ten is a prospect
    without orders, the others have ``orders_per_customer`` on average, between one and twice as many. Of the orders of
    the last week some wait for a decision and some are drafts. ``watch`` is told how far the orders are.

    :raises DeedRefusedError: when the office's rules refuse something, as when a company is there already.
    """
    return Builder(office, seed=seed, clock=clock).company(
        customers=customers,
        products=products,
        reps=reps,
        orders_per_customer=orders_per_customer,
        watch=watch,
    )


class Builder:
    """Makes a company up, part by part."""

    def __init__(self, office: Office, *, seed: int, clock: Clock) -> None:
        self.now_ms = clock.now_ms()
        self.zone = office.zone
        self.today = business_date(self.now_ms, self.zone)
        self.began_ms = self.now_ms - (YEAR_DAYS + 30) * DAY_MS
        self.chance = Chance(seed)
        self.names = Names(self.chance.random)
        self.rows = Rows()
        self.ledger = Ledger(office, self.chance, now_ms=self.now_ms)

    def company(
        self, *, customers: int, products: int, reps: int, orders_per_customer: int, watch: Watch
    ) -> Company:
        """See `build_company`."""
        staff, catalogue = self.founding(products=products, reps=reps)
        trades = self._customers(staff, catalogue, customers)
        buyers = [trade for trade in trades if trade.customer["library"] == "trading"]
        deeds: list[Deed] = []
        made: list[bytes] = []
        for day, trade in self._calendar(buyers, orders_per_customer):
            document, done = self._order(staff, catalogue, trade, day)
            made.append(document.id)
            deeds += done
        self.ledger.enter(deeds, watch=watch)
        return self.result(staff, catalogue, trades, made)

    # -- parts

    def founding(self, *, products: int, reps: int) -> tuple[Staff, Catalogue]:
        """People and catalogue."""
        staff = make_staff(self.rows, self.chance, at_ms=self.began_ms, reps=reps)
        founder = Actor(
            PersonId(staff.system_admin), None, {right.value: Extent.ALL for right in Right}, office=True
        )
        self.ledger.found()
        self.ledger.enter(
            [
                Deed(self.began_ms, "company.found", founder, tuple(staff.ops)),
                Deed(self.began_ms + 1, "account.activate", founder, tuple(staff.activation)),
            ]
        )
        self.ledger.welcome(staff.people, staff.laptops, began=self.began_ms)
        catalogue = make_catalogue(
            self.rows, self.chance, at_ms=self.began_ms, today=self.today, products=products
        )
        self.ledger.enter(
            Deed(self.began_ms + 2, "catalogue.load", founder, tuple(portion)) for portion in catalogue.ops
        )
        return staff, catalogue

    def trades(self, staff: Staff, catalogue: Catalogue, count: int) -> list[Trade]:
        """Customers, spread evenly over the reps; not written down yet."""
        return make_customers(
            self.rows, self.chance, self.names, catalogue, reps=staff.reps, count=count, at_ms=self.began_ms
        )

    def entering(self, staff: Staff, trade: Trade) -> Deed:
        """The changeset with which a rep enters a customer."""
        ops = tuple(birth(SCHEMA[table], row) for table, row in trade.made)
        rep, laptop = staff.rep_actors[trade.rep], staff.laptops[trade.rep]
        return Deed(trade.at_ms, "customer.create", rep, ops, laptop, tuple(trade.made))

    def _customers(self, staff: Staff, catalogue: Catalogue, count: int) -> list[Trade]:
        trades = self.trades(staff, catalogue, count)
        deeds = [self.entering(staff, trade) for trade in trades]
        for trade in trades:
            terms = tuple(office_terms(self.rows, self.chance, catalogue, trade))
            if terms:
                deeds.append(Deed(trade.at_ms + 60_000, "customer.credit", staff.approver_actor, terms))
        self.ledger.enter(deeds)
        return trades

    def desk(self, staff: Staff, catalogue: Catalogue, rep: int) -> orders.Desk:
        """Where the orders of a rep are written and decided."""
        return orders.Desk(
            rows=self.rows,
            chance=self.chance,
            rep=staff.rep_actors[rep],
            laptop=staff.laptops[rep],
            approver=staff.approver_actor,
            price_list=catalogue.standard,
            products=catalogue.products,
            now_ms=self.now_ms,
        )

    def result(
        self, staff: Staff, catalogue: Catalogue, trades: Sequence[Trade], made: Sequence[bytes]
    ) -> Company:
        """What was made."""
        held: dict[bytes, list[bytes]] = {rep: [] for rep in staff.reps}
        for trade in trades:
            held[staff.reps[trade.rep]].append(_id(trade.customer))
        return Company(
            divisions=staff.divisions,
            system_admin=staff.system_admin,
            group_manager=staff.group_manager,
            head=staff.head,
            division_admin=staff.division_admin,
            approver=staff.approver,
            reps=staff.reps,
            rep_codes=tuple(laptop.rep_code for laptop in staff.laptops),
            products=tuple(_id(row) for row in catalogue.products),
            price_list=_id(catalogue.standard),
            payment_terms=tuple(_id(row) for row in catalogue.terms),
            customers={rep: tuple(found) for rep, found in held.items()},
            contacts={_id(t.customer): tuple(_id(row) for row in t.contacts) for t in trades},
            orders=tuple(made),
            changesets=self.ledger.changesets,
            rows=self.ledger.rows,
        )

    # -- a year

    def _calendar(self, buyers: Sequence[Trade], average: int) -> list[tuple[date, Trade]]:
        """On which day which customer orders, in order of time, up to yesterday; the last week is a busy one."""
        draw = self.chance.random
        found = [
            (self.today - timedelta(days=draw.randint(1, draw.choice((7, *[YEAR_DAYS] * 15)))), place)
            for place in range(len(buyers))
            for _each in range(draw.randint(1, max(2 * average - 1, 1)))
        ]
        return [(day, buyers[place]) for day, place in sorted(found)]

    def _order(
        self, staff: Staff, catalogue: Catalogue, trade: Trade, day: date
    ) -> tuple[orders.Document, list[Deed]]:
        draw = self.chance.random
        at_ms = self.chance.moment(day, self.zone)
        desk = self.desk(staff, catalogue, trade.rep)
        document = orders.draft(desk, trade.customer, at_ms, day, lines=draw.randint(3, 6))
        left = draw.random() if (self.today - day).days <= 7 else 1.0
        if left < 0.15:
            return document, [orders.keep_draft(document, at_ms)]
        submitted = orders.submit(document, at_ms)
        return document, [submitted] if left < 0.6 else [submitted, *orders.fate(document, at_ms)]


def _id(row: Row) -> bytes:
    value = row["id"]
    assert isinstance(value, bytes)
    return value
