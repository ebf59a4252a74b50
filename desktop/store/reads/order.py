"""Everything that is known here about one order: its rows, seals, decisions, its road, and where it stands with the office."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, cast

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from crm.changes.entity import Row
from crm.conflicts.states import NEEDS_A_PERSON
from crm.errors import Code, InvalidInput, NotAllowed
from crm.orders.amounts import OrderAmounts
from crm.orders.queries import SessionView
from crm.orders.rules import document_of
from crm.orders.seal import Difference, SealedDocument, canonical, differences, open_seal
from crm.orders.states import FINAL, REVISABLE, OrderState
from desktop.store.driver import fetch, fetch_in
from desktop.store.reads.products import Product, products_of, usual_products
from desktop.store.state import load
from desktop.store.tables import LIVE, JournalState, Touch

SUBMIT: Final = "order.submit"


class Holder(StrEnum):
    """Who has the order now (R-083)."""

    REP = "rep"
    LAPTOP = "laptop"  # submitted, and not sent yet
    OFFICE = "office"
    APPROVER = "approver"  # somebody at the office looks at it
    NOBODY = "nobody"  # it came to its end


@dataclass(frozen=True)
class Step:
    """One step on the order's road. ``code`` is ``begun`` or the `OrderState` it came to; ``by`` a person's name, empty
    where it is not known; ``at_ms`` UTC milliseconds; ``note`` the reason that was given.
    """

    code: str
    at_ms: int
    by: str
    revision: int
    note: str = ""


@dataclass(frozen=True)
class Seal:
    """A document as it was submitted; ``document`` None when a newer program made it."""

    revision: int
    hash: bytes
    at_ms: int
    document: SealedDocument | None


@dataclass(frozen=True)
class Place:
    """A place of delivery of the customer; ``text`` is how it stands on the order."""

    id: bytes
    label: str
    text: str


@dataclass(frozen=True)
class OrderFacts:
    """See the module. ``order``, ``lines``, ``customer`` and ``contact`` are rows of stored values, ``amounts`` what the lines
    come to.

    ``rep`` and ``holder_name`` are names of people. ``waiting`` counts the changes that were not answered yet;
    ``unsent_submit`` is the changeset of the last submission while it can be taken back; ``refused`` whether the office
    refused a change. ``conflicts`` are the ids of open ones. ``changed`` are the differences to the version that was
    submitted before this one, which was ``changed_from``. ``as_of_ms`` is when prices and credit came from the office
    last (0: never).
    """

    order: Row
    lines: tuple[Row, ...]
    amounts: OrderAmounts
    customer: Row | None
    contact: Row | None
    rep: Row | None
    division: Row | None
    seals: tuple[Seal, ...]
    road: tuple[Step, ...]
    holder: Holder
    holder_name: str
    waiting: int
    unsent_submit: bytes | None
    refused: bool
    conflicts: tuple[bytes, ...]
    changed: tuple[Difference, ...]
    changed_from: SealedDocument | None
    places: tuple[Place, ...]
    as_of_ms: int

    @property
    def state(self) -> OrderState:
        """Where it stands."""
        return OrderState(str(self.order["state"]))

    @property
    def id(self) -> bytes:
        """The order's id."""
        return cast(bytes, self.order["id"])


def order_facts(session: Session, order_id: bytes) -> OrderFacts:
    """What is known of an order.

    :raises NotAllowed: code 2002 when there is none here.
    """
    view, connection = SessionView(session), session.connection()
    order = _row(connection, "sales_order", order_id)
    if order is None or order["deleted"]:
        raise NotAllowed(Code.NOT_FOUND, "There is no such order.")
    lines, amounts = document_of(view, order)
    seals = _seals(connection, order_id)
    waiting, unsent, refused = _journal(connection, order_id)
    people = _people(connection, order, order_id)
    road = _road(connection, order, people)
    holder = _holder(order, unsent)
    former = _former(order, seals)
    changed: list[Difference] = []
    if former is not None and former.document is not None and amounts.lines:
        changed = differences(former.document, open_seal(canonical(order, lines, amounts)))
    customer = _row(connection, "customer", cast(bytes, order["customer_id"]))
    contact_id = order["contact_id"]
    rep = _row(connection, "app_user", cast(bytes, order["rep_id"]))
    division_id = rep["division_id"] if rep is not None else None
    return OrderFacts(
        order=order,
        lines=tuple(lines),
        amounts=amounts,
        customer=customer,
        contact=_row(connection, "contact", contact_id) if isinstance(contact_id, bytes) else None,
        rep=rep,
        division=_row(connection, "division", division_id) if isinstance(division_id, bytes) else None,
        seals=seals,
        road=road,
        holder=holder,
        holder_name=_holder_name(order, holder, people),
        waiting=waiting,
        unsent_submit=unsent,
        refused=refused,
        conflicts=_conflicts(connection, [order_id, *(cast(bytes, line["id"]) for line in lines)]),
        changed=tuple(changed),
        changed_from=former.document if former is not None else None,
        places=places(connection, cast(bytes, order["customer_id"])),
        as_of_ms=load(connection).checkpoint_ms,
    )


def _row(connection: Connection, table: str, row_id: bytes) -> Row | None:
    found = connection.exec_driver_sql(f"SELECT * FROM {table} WHERE id = ?", (row_id,)).mappings().first()
    return None if found is None else dict(found)


def places(connection: Connection, customer_id: bytes) -> tuple[Place, ...]:
    """The customer's places of delivery, the usual one first; see `crm.orders.editing.place_of`."""
    found = fetch(
        connection,
        "SELECT id, label, address_province, address_city, address_street, address_postcode, recipient, phone "
        "FROM ship_to_address WHERE customer_id = ? AND deleted = 0 ORDER BY is_default DESC, label, id",
        (customer_id,),
    )
    return tuple(
        Place(row_id, label, " ".join(part for part in parts if part)[:500] or label)
        for row_id, label, *parts in found
    )


# --- seals, road, who has it ------------------------------------------------------------------------------------------


def _seals(connection: Connection, order_id: bytes) -> tuple[Seal, ...]:
    found = fetch(
        connection,
        "SELECT revision, hash, created_at, content FROM order_seal WHERE order_id = ? AND deleted = 0 "
        "ORDER BY revision, id",
        (order_id,),
    )
    return tuple(Seal(revision, hash_, at_ms, _opened(content)) for revision, hash_, at_ms, content in found)


def _opened(content: bytes) -> SealedDocument | None:
    try:
        return open_seal(content)
    except InvalidInput:
        return None


def _former(order: Row, seals: Sequence[Seal]) -> Seal | None:
    """The document of the revision before, the one that was decided about."""
    earlier = [seal for seal in seals if seal.revision < cast(int, order["revision"])]
    return earlier[-1] if earlier else None


def _people(connection: Connection, order: Row, order_id: bytes) -> Mapping[bytes, str]:
    wanted: set[Any] = {order["created_by"], order["changed_by"], order["rep_id"]}
    for table in ("order_seal", "approval_decision"):
        wanted |= {
            by
            for (by,) in fetch(connection, f"SELECT created_by FROM {table} WHERE order_id = ?", (order_id,))
        }
    return dict(fetch_in(connection, "SELECT id, name FROM app_user WHERE id IN ({in})", wanted - {None}))


def _road(connection: Connection, order: Row, people: Mapping[bytes, str]) -> tuple[Step, ...]:
    order_id = order["id"]
    first = Step("begun", cast(int, order["created_at"]), people.get(cast(bytes, order["created_by"]), ""), 1)
    steps = []
    for revision, at_ms, by in fetch(
        connection,
        "SELECT revision, created_at, created_by FROM order_seal WHERE order_id = ? AND deleted = 0",
        (order_id,),
    ):
        steps.append(Step(OrderState.SUBMITTED, at_ms, people.get(by, ""), revision))
    for revision, decision, note, at_ms, by in fetch(
        connection,
        "SELECT revision, decision, note, decided_at, created_by FROM approval_decision "
        "WHERE order_id = ? AND deleted = 0",
        (order_id,),
    ):
        steps.append(Step(decision, at_ms, people.get(by, ""), revision, note))
    steps.sort(key=lambda step: (step.revision, step.at_ms))
    revision, state = cast(int, order["revision"]), str(order["state"])
    last = steps[-1] if steps else first
    is_fresh = state == OrderState.DRAFT and revision == 1
    if not is_fresh and (last.code, last.revision) != (state, revision):
        by = people.get(cast(bytes, order["changed_by"]), "")
        steps.append(Step(state, cast(int, order["changed_at"]), by, revision))
    return (first, *steps)


def _holder(order: Row, unsent: bytes | None) -> Holder:
    state = str(order["state"])
    if state in FINAL:
        return Holder.NOBODY
    if state == OrderState.DRAFT or state in REVISABLE:
        return Holder.REP
    if unsent is not None:
        return Holder.LAPTOP
    return Holder.APPROVER if state == OrderState.IN_APPROVAL else Holder.OFFICE


def _holder_name(order: Row, holder: Holder, people: Mapping[bytes, str]) -> str:
    if holder is Holder.REP:
        return people.get(cast(bytes, order["rep_id"]), "")
    return people.get(cast(bytes, order["changed_by"]), "") if holder is Holder.APPROVER else ""


# --- the outbox, conflicts --------------------------------------------------------------------------------------------


def _journal(connection: Connection, order_id: bytes) -> tuple[int, bytes | None, bool]:
    """How many changes wait, the submission that can be taken back, and whether anything was refused."""
    live = ", ".join(f"'{state}'" for state in LIVE)
    found = fetch(
        connection,
        "SELECT j.change_id, j.intent, j.state FROM journal j WHERE j.local_seq IN "
        f"(SELECT local_seq FROM journal_row WHERE root_id = ? AND touch <> {Touch.REFERRED:d}) "
        f"AND j.state IN ({live}) ORDER BY j.local_seq",
        (order_id,),
    )
    waiting = sum(state in (JournalState.WAITING, JournalState.SENDING) for _, _, state in found)
    unsent = [
        change_id for change_id, intent, state in found if intent == SUBMIT and state == JournalState.WAITING
    ]
    refused = any(state == JournalState.PARKED for _, _, state in found)
    return waiting, unsent[-1] if unsent else None, refused


def _conflicts(connection: Connection, ids: Sequence[bytes]) -> tuple[bytes, ...]:
    states = ", ".join(f"'{state}'" for state in sorted(NEEDS_A_PERSON))
    found = fetch_in(
        connection,
        f"SELECT id FROM conflict WHERE deleted = 0 AND state IN ({states}) AND row_id IN ({{in}})",
        ids,
    )
    return tuple(sorted(row_id for (row_id,) in found))


# --- what an order begins with ----------------------------------------------------------------------------------------


def last_order(connection: Connection, customer_id: bytes, besides: bytes | None) -> bytes | None:
    """The customer's latest order that has lines and was not given up; ``besides`` is the one being written."""
    found = fetch(
        connection,
        "SELECT o.id FROM sales_order o WHERE o.customer_id = ? AND o.deleted = 0 AND o.id <> ? "
        "AND o.state NOT IN ('draft', 'cancelled') "
        "AND EXISTS (SELECT 1 FROM order_line l WHERE l.order_id = o.id AND l.deleted = 0) "
        "ORDER BY o.order_date DESC, o.id DESC LIMIT 1",
        (customer_id, besides or b""),
    )
    return found[0][0] if found else None


def lines_to_repeat(connection: Connection, order_id: bytes) -> list[tuple[bytes, bytes | None, int]]:
    """Product, pack and quantity of an order's lines, in their order."""
    return [
        (product_id, unit_id, quantity)
        for product_id, unit_id, quantity in fetch(
            connection,
            "SELECT product_id, product_unit_id, quantity_milli FROM order_line "
            "WHERE order_id = ? AND deleted = 0 ORDER BY line_no, id",
            (order_id,),
        )
    ]


@dataclass(frozen=True)
class Beginning:
    """What the entry of an order begins with. ``facts`` None: a new one. ``products`` are those of its lines, ``usual``
    those the customer buys, ``last`` the order that can be repeated.
    """

    facts: OrderFacts | None
    customer: Row
    places: tuple[Place, ...]
    products: Mapping[bytes, Product]
    usual: tuple[Product, ...]
    last: bytes | None
    as_of_ms: int


def beginning(session: Session, customer_id: bytes | None, order_id: bytes | None) -> Beginning:
    """What the entry of a draft begins with, or of a new order for a customer.

    :raises NotAllowed: code 2002 when order or customer is not here.
    """
    connection = session.connection()
    facts = None if order_id is None else order_facts(session, order_id)
    if facts is not None:
        customer_id = cast(bytes, facts.order["customer_id"])
    customer = None if customer_id is None else _row(connection, "customer", customer_id)
    if customer is None or customer_id is None or customer["deleted"]:
        raise NotAllowed(Code.NOT_FOUND, "There is no such customer.")
    ids = [] if facts is None else [cast(bytes, line["product_id"]) for line in facts.lines]
    products = products_of(connection, list(dict.fromkeys(ids)), customer_id)
    return Beginning(
        facts=facts,
        customer=customer,
        places=places(connection, customer_id),
        products={product.id: product for product in products},
        usual=tuple(usual_products(connection, customer_id)),
        last=last_order(connection, customer_id, order_id),
        as_of_ms=load(connection).checkpoint_ms,
    )


def repeated(
    connection: Connection, order_id: bytes, customer_id: bytes
) -> list[tuple[Product, bytes | None, int]]:
    """The lines of an order to be written again: product, pack, quantity. What is no longer sold is left out."""
    lines = lines_to_repeat(connection, order_id)
    ids = list(dict.fromkeys(product_id for product_id, _, _ in lines))
    known = {product.id: product for product in products_of(connection, ids, customer_id)}
    return [
        (known[product_id], unit_id, quantity)
        for product_id, unit_id, quantity in lines
        if product_id in known and not known[product_id].is_retired
    ]
