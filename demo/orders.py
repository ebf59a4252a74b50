"""A made-up order and its fate: the changesets that a rep's laptop and the order desk made of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, NamedTuple

from crm.changes.actor import Actor
from crm.changes.entity import Row
from crm.changes.ops import Op
from crm.money import MILLI
from crm.orders.actions import SERIES
from crm.orders.amounts import OrderAmounts, order_amounts
from crm.orders.completeness import line_figures
from crm.orders.number import order_number
from crm.orders.pricing import PriceBook
from crm.orders.seal import canonical, seal_hash
from crm.orders.states import OrderState
from crm.schema import SCHEMA
from demo.catalogue import GRADES
from demo.ledger import Chance, Deed, Laptop, birth, change
from demo.rows import Rows

DAY_MS: Final = 24 * 60 * 60 * 1000
_S = OrderState


class Step(NamedTuple):
    """A move and within how many days it follows, at least and at most."""

    to: OrderState
    least: int
    most: int


_CARRIED_OUT: Final = (
    Step(_S.APPROVED, 0, 2),
    Step(_S.EXECUTING, 1, 5),
    Step(_S.DELIVERED, 7, 25),
    Step(_S.SETTLED, 15, 35),
    Step(_S.CLOSED, 3, 10),
)
_FATES: Final = (
    (80, _CARRIED_OUT),
    (8, (Step(_S.RETURNED, 0, 2), Step(_S.DRAFT, 0, 1), Step(_S.SUBMITTED, 0, 1), *_CARRIED_OUT)),
    (4, (Step(_S.REJECTED, 0, 2),)),
    (4, (Step(_S.WITHDRAWN, 0, 0), Step(_S.CANCELLED, 1, 2))),
    (4, (*_CARRIED_OUT[:3], Step(_S.RETURN_OPEN, 2, 6), Step(_S.REFUNDED, 5, 12))),
)
"""How many of a hundred orders go which way; a young order has not come far yet."""
_REASONS: Final = {
    _S.RETURNED: "第2行缺少发布地点，请补充。 Line 2 lacks the place of delivery.",
    _S.REJECTED: "客户欠款过多，暂不接单。 The customer owes too much; no new order for now.",
}


@dataclass(frozen=True)
class Desk:
    """Who acts on orders, and what they read."""

    rows: Rows
    chance: Chance
    rep: Actor
    laptop: Laptop
    approver: Actor
    price_list: Row
    products: list[Row]
    now_ms: int


@dataclass
class Document:
    """An order as it is being made up."""

    desk: Desk
    order: Row
    lines: list[Row]
    state: OrderState

    @property
    def id(self) -> bytes:
        """The order's id."""
        value = self.order["id"]
        assert isinstance(value, bytes)
        return value


def draft(desk: Desk, customer: Row, at_ms: int, day: date, *, lines: int) -> Document:
    """A new draft of a customer with so many lines, priced by the books of that day."""
    rows, draw = desk.rows, desk.chance.random
    order_id = desk.chance.id_at(at_ms)
    customer_id = customer["id"]
    assert isinstance(customer_id, bytes)
    address = rows.children("ship_to_address", "customer_id", customer_id)[0]
    contact = rows.children("contact", "customer_id", customer_id)[0]
    terms_id = customer["payment_terms_id"]
    terms = rows.get("payment_terms", terms_id) if isinstance(terms_id, bytes) else None
    order = SCHEMA["sales_order"].blank()
    order.update(
        id=order_id,
        unit=customer_id,
        number=order_number(desk.laptop.code, desk.laptop.next_number(SERIES), order_id),
        rep_id=desk.rep.id,
        customer_id=customer_id,
        customer_name=customer["name"],
        contact_id=contact["id"],
        order_date=day.isoformat(),
        wanted_on=(day + timedelta(days=draw.randrange(7, 30))).isoformat(),
        ship_to_address_id=address["id"],
        delivery_place=" ".join(
            str(address[name]) for name in ("address_province", "address_city", "address_street", "recipient")
        ),
        payment_terms_id=terms_id,
        payment_terms_name="" if terms is None else terms["name"],
        currency=desk.price_list["currency"],
        price_list_id=desk.price_list["id"],
    )
    document = Document(desk, order, [], OrderState.DRAFT)
    book = PriceBook(rows, order)
    for number, product in enumerate(draw.sample(desk.products, min(lines, len(desk.products))), start=1):
        document.lines.append(_line(document, book, number, product, at_ms, str(customer["grade"])))
    return document


def _line(document: Document, book: PriceBook, number: int, product: Row, at_ms: int, grade: str) -> Row:
    desk = document.desk
    draw = desk.chance.random
    product_id = product["id"]
    assert isinstance(product_id, bytes)
    packs = desk.rows.children("product_unit", "product_id", product_id)
    pack = packs[0]["id"] if packs and draw.random() < 0.2 else None
    assert pack is None or isinstance(pack, bytes)
    quantity = draw.choice((1, 1, 2, 2, 3, 4, 6, 12)) * MILLI
    priced = book.price(product_id, pack, quantity)
    assert priced is not None
    assert priced.found is not None
    allowed = next((each.discount_bp for each in GRADES if each.name == grade), 0)
    line = SCHEMA["order_line"].blank()
    line.update(
        id=desk.chance.id_at(at_ms),
        unit=document.order["unit"],
        order_id=document.order["id"],
        line_no=number,
        product_id=product_id,
        product_code=priced.product.code,
        product_name=priced.product.name,
        product_unit_id=pack,
        unit_name=priced.product.base_unit if priced.unit is None else priced.unit.name,
        unit_factor_milli=MILLI if priced.unit is None else priced.unit.factor_milli,
        quantity_milli=quantity,
        list_price_minor=priced.found.list_price_minor,
        unit_price_minor=priced.found.price_minor,
        discount_bp=allowed if draw.random() < 0.3 else 0,
        tax_rate_bp=priced.tax_bp or 0,
        price_certificate=book.certificate(priced),
    )
    return line


def keep_draft(document: Document, at_ms: int) -> Deed:
    """The changeset that saves the draft and nothing more."""
    lines = [birth(SCHEMA["order_line"], line) for line in document.lines]
    ops = (birth(SCHEMA["sales_order"], document.order), *lines)
    return Deed(at_ms, "order.create", document.desk.rep, ops, document.desk.laptop)


def submit(document: Document, at_ms: int) -> Deed:
    """The changeset that makes the order and submits it, or submits the revision at hand."""
    order = document.order
    was = dict(order)
    order.update(submitted_at=at_ms)
    amounts = order_amounts([line_figures(line) for line in document.lines], 0, is_net=bool(order["is_net"]))
    content = canonical(order, document.lines, amounts)
    order.update(seal_hash=seal_hash(content), state=OrderState.SUBMITTED.value)
    seal = SCHEMA["order_seal"].blank()
    seal.update(
        id=document.desk.chance.id_at(at_ms),
        unit=order["unit"],
        order_id=order["id"],
        revision=order["revision"],
        content=content,
        hash=order["seal_hash"],
    )
    derive(order, document.lines, amounts)
    made = [("sales_order", order), *(("order_line", line) for line in document.lines)]
    if order["revision"] == 1:
        ops = [birth(SCHEMA[table], row) for table, row in made]
    else:
        names = ("submitted_at", "seal_hash", "state")
        ops = [change("sales_order", document.id, **{name: (was[name], order[name]) for name in names})]
    document.state = OrderState.SUBMITTED
    ops.append(birth(SCHEMA["order_seal"], seal))
    desk = document.desk
    return Deed(at_ms, "order.submit", desk.rep, tuple(ops), desk.laptop, (*made, ("order_seal", seal)))


def derive(order: Row, lines: Sequence[Row], amounts: OrderAmounts) -> None:
    """Put on the rows what the office's rules derive from them."""
    order.update(
        list_total_minor=amounts.list_total_minor,
        net_total_minor=amounts.net_total_minor,
        tax_total_minor=amounts.tax_total_minor,
        gross_total_minor=amounts.gross_total_minor,
    )
    for line, amount in zip(lines, amounts.lines, strict=True):
        line.update(amount._asdict())


def fate(document: Document, at_ms: int) -> Iterator[Deed]:
    """What became of a submitted order from ``at_ms`` until now."""
    desk, draw = document.desk, document.desk.chance.random
    [steps] = draw.choices([steps for _share, steps in _FATES], [share for share, _steps in _FATES])
    for step in steps:
        at_ms += draw.randint(step.least * 24 * 60 + 20, step.most * 24 * 60 + 90) * 60_000
        if at_ms >= desk.now_ms - 60_000:
            return
        yield from _move(document, step.to, at_ms)


def _move(document: Document, to: OrderState, at_ms: int) -> Iterator[Deed]:
    desk, order = document.desk, document.order
    if to in (_S.APPROVED, _S.RETURNED, _S.REJECTED):
        yield Deed(at_ms, f"order.{_VERBS[to]}", desk.approver, tuple(_decision(document, to, at_ms)))
    elif to is _S.DRAFT:
        yield from _revise(document, at_ms)
    elif to is _S.SUBMITTED:
        yield submit(document, at_ms)
    elif to in (_S.WITHDRAWN, _S.CANCELLED):
        ops = (change("sales_order", document.id, state=(order["state"], to.value)),)
        yield Deed(at_ms, f"order.{_VERBS[to]}", desk.rep, ops, desk.laptop)
    else:
        ops = (change("sales_order", document.id, state=(order["state"], to.value)),)
        yield Deed(at_ms, "order.advance", desk.approver, ops)
    order["state"] = to.value
    document.state = to


_VERBS: Final = {
    _S.APPROVED: "approve",
    _S.RETURNED: "return",
    _S.REJECTED: "reject",
    _S.WITHDRAWN: "withdraw",
    _S.CANCELLED: "cancel",
}


def approve(document: Document, at_ms: int) -> Deed:
    """The changeset that approves a submitted order."""
    [deed] = _move(document, OrderState.APPROVED, at_ms)
    return deed


def _decision(document: Document, to: OrderState, at_ms: int) -> Iterator[Op]:
    order = document.order
    note = _REASONS.get(to, "")
    moved = {"state": (order["state"], to.value)}
    if note:
        moved["return_reason"] = (order["return_reason"], note)
        order["return_reason"] = note
    yield change("sales_order", document.id, **moved)
    decision = SCHEMA["approval_decision"].blank()
    decision.update(
        id=document.desk.chance.id_at(at_ms),
        order_id=order["id"],
        revision=order["revision"],
        seal_hash=order["seal_hash"],
        decision=to.value,
        note=note,
        decided_at=at_ms,
    )
    yield birth(SCHEMA["approval_decision"], decision)


def _revise(document: Document, at_ms: int) -> Iterator[Deed]:
    """Take the order up again and say of its second line where it goes."""
    desk, order = document.desk, document.order
    was = dict(order)
    assert isinstance(order["revision"], int)
    order.update(
        state=OrderState.DRAFT.value, revision=order["revision"] + 1, seal_hash=None, submitted_at=None
    )
    names = ("state", "revision", "seal_hash", "submitted_at")
    taken_up = Deed(
        at_ms,
        "order.revise",
        desk.rep,
        (change("sales_order", document.id, **{name: (was[name], order[name]) for name in names}),),
        desk.laptop,
    )
    yield taken_up
    line = document.lines[min(1, len(document.lines) - 1)]
    place = "按合同附件点位 As in the contract's annex"
    line_id = line["id"]
    assert isinstance(line_id, bytes)
    ops = (
        change("sales_order", document.id),
        change("order_line", line_id, delivery_place=(line["delivery_place"], place)),
    )
    line["delivery_place"] = place
    yield replace(taken_up, at_ms=at_ms + 1, intent="order.change_line", ops=ops)
