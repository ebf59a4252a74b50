"""The rep of the tour at work on a laptop: the real local copy, opened with its passphrase, and real actions on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeVar

from sqlalchemy import func, select

from crm.changes.entity import Replicated
from crm.changes.ops import Head, PullRequest, PushAnswer, PushRequest
from crm.changes.work import Work
from crm.orders.actions import add_line, create_order, submit_order
from crm.orders.entities import SalesOrder
from crm.orders.queries import find_order
from crm.people.queries import actor_for
from demo.premises import TourFailed
from demo.words import Bar
from desktop.bootstrap import CLOCK, EnrolmentOrder, Laptop, enrol_folder, open_laptop
from desktop.settings import Settings
from desktop.sync.engine import RoundReport, SyncEngine
from desktop.sync.transport import Arrival, Transport

T = TypeVar("T")

WANTED_IN_DAYS: Final = 14


@dataclass(frozen=True)
class Wish:
    """A line to be ordered: a product and how many thousandths of its base unit."""

    product_id: bytes
    quantity_milli: int


class Watched:
    """A transport whose pages are counted and shown. ``after_page`` is called with the number of each page that came."""

    def __init__(self, inner: Transport, bar: Bar, after_page: Callable[[int], None]) -> None:
        self._inner = inner
        self._bar = bar
        self._after_page = after_page
        self.pages = 0
        self.done = 0
        self.total = 0

    def push(self, request: PushRequest) -> PushAnswer:
        """See `Transport.push`."""
        return self._inner.push(request)

    def pull(self, request: PullRequest) -> Arrival:
        """See `Transport.pull`."""
        page = self._inner.pull(request)
        self.pages += 1
        self.done, self.total = page.done, page.total
        self._bar(page.done, page.total)
        self._after_page(self.pages)
        return page

    def wake(self, cursor: dict[str, Head], timeout_s: float) -> bool:
        """See `Transport.wake`."""
        return self._inner.wake(cursor, timeout_s)


class AtWork:
    """A rep with the laptop open. Valid while it is."""

    def __init__(self, laptop: Laptop) -> None:
        self.laptop = laptop
        self.store = laptop.store

    @property
    def device_code(self) -> str:
        """What the numbers given on this laptop begin with."""
        return self.laptop.enrolment.device_code

    def act(self, intent: str, action: Callable[[Work], T]) -> T:
        """Do something: one unit of work, one line in the journal."""
        with self.store.session() as session:
            actor = actor_for(session, self.laptop.enrolment.person, office=False)
        with self.store.unit_of_work(intent, actor) as work:
            return action(work)

    def count(self, entity: type[Replicated]) -> int:
        """How many rows of an entity the copy holds."""
        with self.store.session() as session:
            return session.scalars(select(func.count()).select_from(entity)).one()

    def take_order(self, customer_id: bytes, wishes: tuple[Wish, ...]) -> bytes:
        """Write an order down and submit it; gives its id."""

        def write(work: Work) -> bytes:
            wanted_on = work.business_date + timedelta(days=WANTED_IN_DAYS)
            order = create_order(work, customer_id, wanted_on=wanted_on)
            for wish in wishes:
                add_line(work, order.id, wish.product_id, quantity_milli=wish.quantity_milli)
            return order.id

        order_id = self.act("order.create", write)
        self.act("order.submit", lambda work: submit_order(work, order_id))
        return order_id

    def order(self, order_id: bytes) -> SalesOrder:
        """An order as the screen would show it."""
        with self.store.session() as session:
            return find_order(session, order_id)

    def try_to_sync(self) -> RoundReport:
        """A sync round; the report says how it went."""
        return self.laptop.sync.round()

    def sync(self) -> RoundReport:
        """A round that must reach the office.

        :raises TourFailed: when it does not.
        """
        report = self.laptop.sync.round()
        if report.code or not report.complete:
            raise TourFailed(f"The laptop is not in step with the office ({report.code}): {report.message}")
        return report

    def copy_page_by_page(
        self, bar: Bar, *, page_rows: int, after_page: Callable[[int], None]
    ) -> tuple[RoundReport, Watched]:
        """A round in small pages that can be watched."""
        watched = Watched(self.laptop.transport, bar, after_page)
        return SyncEngine(self.store, watched, CLOCK, page_rows=page_rows).round(), watched


@dataclass(frozen=True)
class Traveller:
    """A rep and the laptop's data folder."""

    settings: Settings
    passphrase: str

    def enrol(self, server: str, code: str, *, device_name: str) -> None:
        """Make the folder a device of the rep."""
        order = EnrolmentOrder(server=server, code=code, device_name=device_name)
        enrol_folder(self.settings, order, passphrase=lambda: self.passphrase)

    @contextmanager
    def at_work(self) -> Iterator[AtWork]:
        """Open the laptop; needs no network."""
        with open_laptop(self.settings, passphrase=lambda: self.passphrase) as laptop:
            yield AtWork(laptop)
