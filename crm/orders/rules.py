"""What the office derives from an order and what it says about a change to one (R-107, BR-23; sync-protocol, 5, 14).

Hard findings refuse the change (locks, illegal moves, impossible figures) or leave a conflict (a broken seal). Soft
ones (`crm.orders.looks`) only mark that somebody should look.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, cast

from crm.changes.actor import Extent
from crm.changes.entity import Row, Wire
from crm.changes.safeguards import ALL, Safeguards
from crm.changes.view import Change, Finding, Key, View, Want
from crm.errors import Code, InvalidInput
from crm.ids import CATALOGUE
from crm.orders.amounts import NOTHING, OrderAmounts, possible_amounts
from crm.orders.completeness import line_figures
from crm.orders.entities import MAX_SEAL_BYTES
from crm.orders.looks import OTHERS, looks_of, may_be_twin
from crm.orders.number import parse_number
from crm.orders.seal import canonical, in_document_order, seal_hash
from crm.orders.states import ORDER_MACHINE, REVISABLE, UNDECIDED, WRITE, OrderState

DECISIONS: Final = frozenset(
    {OrderState.APPROVED.value, OrderState.RETURNED.value, OrderState.REJECTED.value}
)
"""What an approver can decide; each is also the state the order moves to."""
_STILL_PRICED: Final = frozenset({OrderState.DRAFT.value, *REVISABLE})
"""From here an order can be submitted before long; in other states nothing is priced."""
_LOCK_FREE: Final = frozenset({"state", "legal_number", "return_reason"})
"""Fields of the order that may change while it is not a draft; the moves themselves are judged by the merge."""
_CATALOGUE_TABLES: Final = ("price_list", "tax_rate", "discount_rule", "product_category")


class OrderRules:
    """The rules of ``sales_order`` with its lines, seals and decisions. Pure.

    ``safeguards`` is for the tests of the tests: without ``seal`` a submitted document is not compared.
    """

    def __init__(self, safeguards: Safeguards = ALL) -> None:
        self._safeguards = safeguards

    # -- what to read

    def wants(self, view: View, roots: Iterable[Row]) -> Iterator[Want]:
        """Three levels: what hangs on the orders and their customers; products of the lines; lines of likely twins.

        Few queries however many orders: the small tables of the catalogue are wanted whole, by their unit. Orders
        that were submitted, or brought from another system, want no prices.
        """
        orders = list(roots)
        ids = frozenset(_id(order) for order in orders)
        if not ids:
            return
        for table in ("order_line", "order_seal", "approval_decision"):
            yield Want(table, "order_id", ids)
        priced = [order for order in orders if order["state"] in _STILL_PRICED and not order.get("origin")]
        if not priced:
            return
        customers = frozenset(cast(bytes, order["customer_id"]) for order in priced)
        yield Want("customer", "id", customers)
        yield Want("sales_order", "customer_id", customers, OTHERS)
        yield Want("customer_price", "customer_id", customers)
        yield Want("user_role", "user_id", frozenset(cast(bytes, order["rep_id"]) for order in priced))
        for table in _CATALOGUE_TABLES:
            yield Want(table, "unit", frozenset({CATALOGUE}))
        lines = [line for order in priced for line in view.children("order_line", "order_id", _id(order))]
        products = frozenset(cast(bytes, line["product_id"]) for line in lines)
        if products:
            yield Want("product", "id", products)
            yield Want("price_list_entry", "product_id", products)
        units = frozenset(unit for line in lines if isinstance(unit := line["product_unit_id"], bytes))
        if units:
            yield Want("product_unit", "id", units)
        twins = frozenset(
            _id(other)
            for order in priced
            for other in view.children(
                "sales_order", "customer_id", cast(bytes, order["customer_id"]), OTHERS
            )
            if may_be_twin(order, other)
        )
        if twins:
            yield Want("order_line", "order_id", twins)

    # -- what follows

    def derive(self, view: View, root: Row) -> Mapping[Key, Mapping[str, Wire]]:
        """Line amounts and totals (`crm.orders.amounts`); a draft bears no looks.

        Figures out of range give zeros here and are refused by `judge`.
        """
        lines, amounts = document_of(view, root)
        head: dict[str, Wire] = {
            "list_total_minor": amounts.list_total_minor,
            "net_total_minor": amounts.net_total_minor,
            "tax_total_minor": amounts.tax_total_minor,
            "gross_total_minor": amounts.gross_total_minor,
        }
        if root["state"] == OrderState.DRAFT:
            head["looks"] = None
        found: dict[Key, Mapping[str, Wire]] = {("sales_order", _id(root)): head}
        for row, (net, tax, gross) in zip(lines, amounts.lines, strict=False):
            found["order_line", _id(row)] = {"net_minor": net, "tax_minor": tax, "gross_minor": gross}
        return found

    # -- what is wrong or worth a look

    def judge(self, view: View, change: Change) -> Iterator[Finding]:
        """See `crm.changes.view.Rules.judge`; the first hard finding decides.

        Of a document that an import brings as it stood in another system the figures alone are judged. One that was
        made here, or submitted here since, is bound by its seal even then: an import may bring it as a whole (an
        export that comes back), and take it back as a whole.
        """
        if change.actor.imports and _is_foreign(change.after if change.before is None else change.before):
            yield from _about_figures(*document_of(view, change.after), submits=False)
            return
        if change.actor.imports and (
            change.before is None or change.before["deleted"] != change.after["deleted"]
        ):
            yield from _about_return(view, change)
            return
        before, after = change.before, change.after
        was = OrderState.DRAFT.value if before is None else cast(str, before["state"])
        now = cast(str, after["state"])
        seals = [_child(view, key) for key in change.touched if key[0] == "order_seal"]
        decisions = [_child(view, key) for key in change.touched if key[0] == "approval_decision"]
        edited = any(key[0] == "order_line" for key in change.touched) or not change.fields <= _LOCK_FREE
        submits = was == OrderState.DRAFT and now == OrderState.SUBMITTED

        if before is None:
            yield from _about_birth(change)
        elif change.actor.imports and now != was and ORDER_MACHINE.right_for(was, now) is None:
            yield Finding("reject", Code.ILLEGAL_MOVE, "An order that was made here moves step by step.")
        elif edited and was != OrderState.DRAFT and not (was in REVISABLE and now == OrderState.DRAFT):
            yield Finding(
                "reject", Code.LOCKED, "A submitted order is not changed; revise it.", {"state": was}
            )
        yield from _about_revision(before, after, was, now)
        if edited or submits:
            lines, amounts = document_of(view, after)
            yield from _about_figures(lines, amounts, submits=submits)
            if submits and self._safeguards.seal:
                yield from _about_seal(after, lines, amounts, seals)
            if submits:
                yield from looks_of(view, after, lines, amounts, on=change.business_date)
        if seals and not submits:
            yield Finding("reject", Code.SEAL_BROKEN, "A seal comes with its submission and never changes.")
        yield from _about_decisions(after, decisions, was=was, now=now)


def _is_foreign(order: Row) -> bool:
    """Whether the order was brought from another system and was never submitted here."""
    return bool(order.get("origin")) and order["seal_hash"] is None


def _about_return(view: View, change: Change) -> Iterator[Finding]:
    """An order of ours as an import brings it with all that happened to it: every seal must hold what it names."""
    order = change.after
    if order["deleted"]:
        return
    lines, amounts = document_of(view, order)
    yield from _about_figures(lines, amounts, submits=False)
    seals = [seal for seal in view.children("order_seal", "order_id", _id(order)) if not seal["deleted"]]
    contents = {seal["hash"]: cast(bytes, seal["content"]) for seal in seals}
    if any(seal_hash(content) != name for name, content in contents.items()):
        yield _refused("A sealed document does not match its hash.")
    if order["seal_hash"] is not None and contents.get(order["seal_hash"]) != canonical(
        order, lines, amounts
    ):
        yield _refused("The order is not the document that was sealed.")
    for decision in view.children("approval_decision", "order_id", _id(order)):
        if not decision["deleted"] and decision["seal_hash"] not in contents:
            yield _refused("A decision is about a document that is not there.")
    if order["state"] in UNDECIDED:
        yield from looks_of(view, order, lines, amounts, on=change.business_date)


def _refused(text: str) -> Finding:
    return Finding("reject", Code.SEAL_BROKEN, text)


def _about_birth(change: Change) -> Iterator[Finding]:
    """Number and rep of a new order. Orders brought in at the office may bear numbers of another system."""
    after, actor = change.after, change.actor
    if actor.office:
        return
    try:
        genuine = parse_number(cast(str, after["number"])).belongs_to(_id(after))
    except InvalidInput:
        genuine = False
    if not genuine:
        yield Finding("reject", Code.BAD_VALUE, "The order's number is not its own.", {"field": "number"})
    if after["rep_id"] != actor.id and actor.extent(WRITE) <= Extent.OWN:
        yield Finding("reject", Code.NO_RIGHT, "You cannot write an order in another's name.")
    if after["state"] not in (OrderState.DRAFT, OrderState.SUBMITTED):
        yield Finding("reject", Code.ILLEGAL_MOVE, "A new order is a draft.")


def _about_revision(before: Row | None, after: Row, was: str, now: str) -> Iterator[Finding]:
    """A returned or withdrawn order becomes a draft as the next revision; otherwise the revision stands."""
    known = 0 if before is None else cast(int, before["revision"])
    next_one = before is None or (was in REVISABLE and now == OrderState.DRAFT)
    if after["revision"] != known + next_one:
        yield Finding(
            "reject", Code.ILLEGAL_MOVE, "The order's revision does not follow.", {"revision": known}
        )


def _about_figures(lines: Sequence[Row], amounts: OrderAmounts, *, submits: bool) -> Iterator[Finding]:
    """What no client can have meant. The rest is said softly (`crm.orders.completeness`)."""
    if amounts is NOTHING:
        yield Finding("reject", Code.BAD_VALUE, "A quantity, price, discount or rate is out of range.")
    elif submits and (not lines or any(cast(int, line["quantity_milli"]) <= 0 for line in lines)):
        yield Finding("reject", Code.NOT_SUBMITTABLE, "An order without goods cannot be submitted.")


def _about_seal(
    after: Row, lines: Sequence[Row], amounts: OrderAmounts, seals: Sequence[Row]
) -> Iterator[Finding]:
    """The document that was sealed must be the one that stands after the merge, byte for byte."""
    seal = seals[0] if len(seals) == 1 else None
    if (
        seal is None
        or seal["deleted"]
        or seal["order_id"] != after["id"]
        or seal["revision"] != after["revision"]
        or seal["hash"] != after["seal_hash"]
    ):
        yield _broken("The order was submitted without the sealed document it names.")
        return
    content = cast(bytes, seal["content"])
    if len(content) > MAX_SEAL_BYTES or seal_hash(content) != seal["hash"]:
        yield _broken("The sealed document does not match its hash.")
    elif content != canonical(after, lines, amounts):
        yield _broken("The sealed document differs from the order as it now stands.")


def _broken(text: str) -> Finding:
    return Finding("conflict", Code.SEAL_BROKEN, text)


def _about_decisions(after: Row, decisions: Sequence[Row], *, was: str, now: str) -> Iterator[Finding]:
    """A decision and its move come together, once, and name the document that stands (R-107)."""
    if was in UNDECIDED and now in DECISIONS and not decisions:
        yield Finding("reject", Code.SEAL_OTHER, "The decision does not say which document it is about.")
    for decision in decisions:
        if len(decisions) > 1 or was not in UNDECIDED or now != decision["decision"]:
            yield Finding(
                "reject", Code.ILLEGAL_MOVE, "The order is not waiting for this decision.", {"state": was}
            )
        elif decision["deleted"]:
            yield Finding("reject", Code.APPEND_ONLY, "A decision is never taken back silently.")
        elif decision["seal_hash"] != after["seal_hash"] or decision["revision"] != after["revision"]:
            yield Finding(
                "reject", Code.SEAL_OTHER, "The decision is about another document than the one that stands."
            )
        elif now != OrderState.APPROVED and not str(decision["note"]).strip():
            yield Finding(
                "reject", Code.BAD_VALUE, "Returning or rejecting needs a reason.", {"field": "note"}
            )


def document_of(view: View, root: Row) -> tuple[list[Row], OrderAmounts]:
    """The live lines in document order, and what they come to; `NOTHING` when a figure is out of range."""
    rows = view.children("order_line", "order_id", _id(root))
    lines = in_document_order([row for row in rows if not row["deleted"]])
    figures = tuple(map(line_figures, lines))
    discount_bp = cast(int, root["discount_bp"])
    return lines, possible_amounts(figures, discount_bp, is_net=bool(root["is_net"]))


def _child(view: View, key: Key) -> Row:
    row = view.get(*key)
    assert row is not None
    return row


def _id(row: Row) -> bytes:
    return cast(bytes, row["id"])
