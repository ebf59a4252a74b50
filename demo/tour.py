"""The story that ``make demo`` tells: orders there and back, with everything that happens on the way.

Nothing is staged: a real server process, a real encrypted copy, real HTTP over a road that is really cut.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.catalogue.entities import Product
from crm.catalogue.queries import products
from crm.conflicts.actions import resolve_conflict
from crm.conflicts.entities import Conflict
from crm.conflicts.queries import that_need_a_person
from crm.conflicts.rules import matter_of, unpack
from crm.contacts.actions import edit_contact
from crm.contacts.entities import Contact
from crm.contacts.queries import contacts_of
from crm.customers.entities import Customer
from crm.customers.states import Library
from crm.errors import Code
from crm.orders.actions import change_line, revise_order, submit_order, withdraw_order
from crm.orders.entities import SalesOrder
from crm.orders.queries import lines_of
from crm.orders.states import OrderState
from crm.people.entities import User
from crm.rules import row_of
from crm.schema import SCHEMA
from demo.cast import Cast
from demo.premises import DeskRefused, OrderDesk, Premises, TourFailed
from demo.road import Road
from demo.traveller import AtWork, Traveller, Wish
from demo.words import Teller, amount, clock_time, count

PAGE_ROWS: Final = 100
"""Small pages, so that there is something to see and something to break off in the middle of."""
CUT_AFTER_PAGE: Final = 2
PUSH: Final = "/v1/push"
ENDS: Final = {
    "approved": OrderState.APPROVED,
    "returned": OrderState.APPROVED,
    "withdrawn": OrderState.WITHDRAWN,
}
"""The orders of the story by what happens to them first, and how they end."""


@dataclass
class Tour:
    """Everybody who takes part, and the orders of the story by the names in `ENDS`."""

    teller: Teller
    premises: Premises
    cast: Cast
    road: Road
    traveller: Traveller
    look_for_names: Callable[[], None]
    """Looks into the laptop's files while they are in use; raises when a customer's name can be read there."""
    orders: dict[str, bytes] = field(default_factory=dict)

    @property
    def zone(self) -> str:
        """The company's time zone."""
        return self.premises.office.zone

    def tell_order(self, order: SalesOrder, what: str) -> None:
        """One sentence about an order."""
        total = amount(order.net_total_minor, order.currency)
        self.teller.say(f"{order.number}  {order.customer_name}  {total} net: {what}")

    def run(self) -> None:
        """The whole story. The laptop is closed and opened again on the way, as on any day."""
        with self.traveller.at_work() as rep:
            self.first_copy(rep)
            self.on_the_road(rep)
        with self.traveller.at_work() as rep:
            waiting = rep.laptop.sync.status().waiting
            self.teller.say(f"Closed and opened again: {count(waiting, 'change')} wait for the network.")
            self.meanwhile_at_the_office(rep)
            desk = OrderDesk(
                self.premises.address, login=self.cast.approver_login, password=self.premises.password
            )
            self.a_lost_answer(rep, desk)
            self.conflict(rep)
            self.decisions(rep, desk)
            self.second_round(rep, desk)
            desk.close()

    # -- 1

    def first_copy(self, rep: AtWork) -> None:
        """Copy, break off in the middle, go on."""
        tell = self.teller
        tell.step(f"The first copy: {self.cast.rep_name} gets a laptop")
        tell.say(f"Enrolled with a code that works once. Numbers given here begin with {rep.device_code}.")

        def break_off(page: int) -> None:
            if page == CUT_AFTER_PAGE:
                self.road.cut()

        with tell.bar("Copying") as bar:
            report, seen = rep.copy_page_by_page(bar, page_rows=PAGE_ROWS, after_page=break_off)
        if report.code != Code.UNREACHABLE:
            raise TourFailed("The road was cut, yet the copy went on.")
        tell.say(f"The network broke off after {seen.done:,} of {seen.total:,} rows. What has come stays.")
        self.road.mend()
        with tell.bar("Copying on") as bar:
            report, rest = rep.copy_page_by_page(bar, page_rows=PAGE_ROWS, after_page=lambda _page: None)
        if not report.complete:
            raise TourFailed(f"The first copy did not end ({report.code}): {report.message}")
        tell.say(
            f"Network back: it went on where it had stopped, {count(rest.pages, 'page')} more, "
            f"{rest.done:,} rows in all."
        )
        held = (
            count(rep.count(Customer), "customer"),
            count(rep.count(Product), "product"),
            count(rep.count(SalesOrder), "order"),
        )
        tell.say(f"On the laptop, encrypted: {', '.join(held)}. Other reps' customers are not among them.")

    # -- 2

    def on_the_road(self, rep: AtWork) -> None:
        """No network: orders are taken, a contact is corrected."""
        tell = self.teller
        tell.step("No network: a day at client sites")
        self.road.cut()
        with rep.store.session() as session:
            customers = _customers(session, self.cast)
            wishes = _wishes(session, self.cast)
        for name, customer, wish in zip(ENDS, customers, wishes, strict=True):
            self.orders[name] = rep.take_order(customer.id, wish)
            order = rep.order(self.orders[name])
            known = f" ({customer.name_en})" if customer.name_en else ""
            self.tell_order(order, f"taken and submitted on the spot{known}")
        contact = self._correct_contact(rep)
        tell.say(f"{contact.name}: new mobile number {contact.mobile}, written down at the customer's.")
        report = rep.try_to_sync()
        if report.code != Code.UNREACHABLE:
            raise TourFailed("The road was cut, yet something passed.")
        tell.say(f"Sync says: {report.message} Nothing is lost, work goes on.")
        self.look_for_names()

    def _correct_contact(self, rep: AtWork) -> Contact:
        with rep.store.session() as session:
            contact = _contact(session, self.cast)
        return rep.act(
            "contact.edit", lambda work: edit_contact(work, contact.id, mobile=self.cast.mobile_of_rep)
        )

    # -- 3

    def meanwhile_at_the_office(self, rep: AtWork) -> None:
        """The same contact rings up the order desk."""
        tell = self.teller
        tell.step(f"Meanwhile at the office: {self.cast.approver_name}")
        with rep.store.session() as session:
            contact = _contact(session, self.cast)
        number = self.cast.mobile_at_office
        self.premises.correct_mobile(self.cast.approver, contact.id, number)
        tell.say(f"{contact.name} rings up: the mobile number is {number} now. It is written down.")

    # -- 4

    def a_lost_answer(self, rep: AtWork, desk: OrderDesk) -> None:
        """Everything arrives, the answer does not; the next round changes nothing."""
        tell = self.teller
        tell.step("Network back, and an answer gets lost")
        self.road.mend()
        self.road.lose_answer_to(PUSH)
        sent = rep.laptop.sync.status().waiting
        report = rep.try_to_sync()
        if report.code != Code.UNREACHABLE or self.road.answers_lost != 1:
            raise TourFailed("No answer was lost, though one was meant to be.")
        tell.say(
            f"{count(sent, 'change')} went out, no answer came back: did they arrive? Nobody here knows."
        )
        tell.say(f"(They did: the office holds {self._ours(desk, rep)} of the 3 orders.)")
        report = rep.sync()
        kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(report.outcomes.items()))
        tell.say(f"Sent again. The office knows them all and repeats its answers: {kinds}.")
        tell.say(f"The office holds {self._ours(desk, rep)} of the 3 orders, each of them once.")

    def _ours(self, desk: OrderDesk, rep: AtWork) -> int:
        """How many orders of the story wait at the office.

        :raises TourFailed: when a number is there twice.
        """
        mine = {rep.order(order_id).number for order_id in self.orders.values()}
        found = [order["number"] for order in desk.waiting() if order["number"] in mine]
        if len(found) != len(set(found)):
            raise TourFailed("An order is at the office twice.")
        return len(found)

    # -- 5

    def conflict(self, rep: AtWork) -> None:
        """Two people changed one thing: shown in words, decided by a person."""
        tell = self.teller
        tell.step("Needs you: two people changed one phone number")
        with rep.store.session() as session:
            conflict, *others = session.scalars(that_need_a_person()).all()
            if others:
                raise TourFailed("There are more conflicts than the story has.")
            for sentence in _in_words(session, conflict, self.zone):
                tell.say(sentence)
        rep.act("conflict.resolve", lambda work: resolve_conflict(work, SCHEMA, conflict.id, choose="mine"))
        rep.sync()
        with rep.store.session() as session:
            contact = _contact(session, self.cast)
        tell.say(
            f"{self.cast.rep_short} rings up and decides: {contact.mobile}. Both sides say so now; it can be taken back."
        )

    # -- 6

    def decisions(self, rep: AtWork, desk: OrderDesk) -> None:
        """One order is approved, one is returned."""
        tell = self.teller
        tell.step("The order desk decides")
        tell.say(f"{count(len(desk.waiting()), 'order')} wait, the oldest first.")
        approved, returned = self.orders["approved"], self.orders["returned"]
        seen = desk.read(approved)
        desk.approve(approved, seen["seal_hash"])
        self._tell_seen(seen, "approved, exactly the sealed document that was read")
        tell.say(f"Pressed twice by mistake: {_refusal(lambda: desk.approve(approved, seen['seal_hash']))}")
        seen_too = desk.read(returned)
        desk.give_back(returned, seen_too["seal_hash"], self.cast.reason)
        self._tell_seen(seen_too, f"returned: {self.cast.reason}")
        rep.sync()
        tell.say(f"{self.cast.rep_short} syncs and reads:")
        for name in ("approved", "returned"):
            order = rep.order(self.orders[name])
            self.tell_order(order, f"{order.state}. {order.return_reason or ''}".rstrip())

    def _tell_seen(self, seen: dict[str, Any], what: str) -> None:
        head = seen["order"]
        total = amount(head["net_total_minor"], head["currency"])
        looks = f" ({count(head['looks'], 'thing')} to look at)" if head["looks"] else ""
        self.teller.say(f"{head['number']}  {head['customer_name']}  {total} net{looks}: {what}")

    # -- 7

    def second_round(self, rep: AtWork, desk: OrderDesk) -> None:
        """The returned order is revised and approved; another one is withdrawn in time."""
        tell = self.teller
        tell.step("Revised and approved, and one withdrawn")
        returned, withdrawn = self.orders["returned"], self.orders["withdrawn"]
        on_the_screen = desk.read(withdrawn)["seal_hash"]
        rep.act("order.revise", lambda work: revise_order(work, returned))
        with rep.store.session() as session:
            line = session.scalars(lines_of(returned)).all()[1]
        rep.act("order.change_line", lambda work: change_line(work, line.id, delivery_place=self.cast.place))
        rep.act("order.submit", lambda work: submit_order(work, returned))
        self.tell_order(rep.order(returned), f"revision 2, line 2 goes to {self.cast.place}")
        rep.act("order.withdraw", lambda work: withdraw_order(work, withdrawn))
        self.tell_order(rep.order(withdrawn), "withdrawn, the customer has changed plans")
        rep.sync()
        refusal = _refusal(lambda: desk.approve(withdrawn, on_the_screen))
        tell.say(f"The order desk, with the withdrawn order still on the screen, approves it: {refusal}")
        seen = desk.read(returned)
        desk.approve(returned, seen["seal_hash"])
        self._tell_seen(seen, f"revision {seen['order']['revision']} approved")
        rep.sync()
        tell.say(f"In the end {self.cast.rep_short}'s laptop says:")
        for name, state in ENDS.items():
            order = rep.order(self.orders[name])
            self.tell_order(order, f"{order.state}, revision {order.revision}")
            if order.state != state:
                raise TourFailed(f"{order.number} should be {state.value}.")


# --- what the story needs of the copy --------------------------------------------------------------------------------


def _customers(session: Session, cast: Cast) -> list[Customer]:
    """The customer of the story and two more."""
    trading = select(Customer).where(Customer.library == Library.TRADING.value).order_by(Customer.code)
    found = session.scalars(trading).all()
    first = [customer for customer in found if customer.name == cast.customer]
    return [*first, *(customer for customer in found if customer.name != cast.customer)][:3]


def _wishes(session: Session, cast: Cast) -> list[tuple[Wish, ...]]:
    """What the three of them order. The first, at Blue Cape: two faces for three months, and a screen for two (268,600
    net).
    """
    on_sale = session.scalars(products()).all()
    by_name = {product.name: product.id for product in on_sale}
    first, second = (by_name[name] for name in cast.specials)
    return [
        (Wish(first, 6_000), Wish(second, 2_000)),
        tuple(Wish(product.id, 3_000) for product in on_sale[:3]),
        (Wish(on_sale[3].id, 1_000),),
    ]


def _contact(session: Session, cast: Cast) -> Contact:
    """The contact of the customer of the story."""
    customer = _customers(session, cast)[0]
    return session.scalars(contacts_of(customer.id).where(Contact.name == cast.contact)).one()


def _in_words(session: Session, conflict: Conflict, zone: str) -> list[str]:
    matter = matter_of(row_of(conflict))
    contact = session.get(Contact, matter.row_id)
    assert contact is not None
    [name] = matter.names

    def who(person: bytes | None) -> str:
        found = None if person is None else session.get(User, person)
        return "somebody" if found is None else found.name

    return [
        f"{contact.name}, {name} number. Before: {unpack(conflict.base)[name] or 'none'}.",
        f"{who(conflict.theirs_by)} wrote at {clock_time(conflict.theirs_at, zone)}: {matter.theirs[name]}.",
        f"{who(conflict.mine_by)} wrote at {clock_time(conflict.mine_at, zone)}: {matter.mine[name]}.",
        "The office's value stands until somebody decides; the other one is kept beside it.",
    ]


def _refusal(attempt: Callable[[], object]) -> str:
    """What the office says to something that must be refused."""
    try:
        attempt()
    except DeskRefused as refused:
        return f"refused ({refused.code}): {refused.message}"
    raise TourFailed("The office took what it must refuse.")
