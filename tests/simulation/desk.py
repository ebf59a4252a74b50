"""What people do at the office: the real actions of ``crm`` through the office's own door, chosen by chance."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, Final

from crm.approvals import actions as approvals
from crm.catalogue import actions as catalogue
from crm.changes.view import Key
from crm.conflicts import actions as conflicts
from crm.contacts import actions as contacts
from crm.customers import actions as customers
from crm.errors import RoundsmanError
from crm.ids import CATALOGUE
from crm.orders import actions as orders
from crm.orders.states import OrderState
from crm.people import actions as people
from crm.schema import SCHEMA
from tests.simulation.deeds import TRIES
from tests.simulation.hands import HEAT, short
from tests.simulation.host import OfficeHost
from tests.simulation.ledger import Ledger
from tests.simulation.tally import Tally, Trace
from tests.simulation.world import SECRET, SECRET_NUMBERS, World

WAITING: Final = ("submitted", "in_approval")
NEXT: Final = {
    "approved": OrderState.EXECUTING,
    "executing": OrderState.DELIVERED,
    "delivered": OrderState.SETTLED,
}


class Desk:
    """The deeds of the people at the office. `do` does one. What they see is what our books hold."""

    def __init__(
        self,
        host: OfficeHost,
        world: World,
        ledger: Ledger,
        hot: bytes,
        chance: random.Random,
        tally: Tally,
        trace: Trace,
    ) -> None:
        self._host = host
        self._world = world
        self._ledger = ledger
        self._hot = hot
        self._chance = chance
        self._tally = tally
        self._trace = trace
        self._count = 0
        self._stale: dict[bytes, bytes] = {}
        self._all: list[tuple[int, str, Callable[[], None]]] = [
            (10, "office.decide", self._decide),
            (5, "office.contact", self._edit_contact),
            (5, "office.customer", self._edit_customer),
            (6, "office.assign", self._assign),
            (2, "office.credit", self._credit),
            (2, "office.price", self._price),
            (1, "office.product", self._product),
            (2, "office.delete", self._delete_or_revive),
            (3, "office.conflict", self._conflict),
            (1, "office.quarantine", self._quarantine),
            (2, "office.create", self._create_customer),
            (2, "office.order", self._move_order),
            (1, "office.person", self._edit_person),
            (2, "office.agree", self._agree),
        ]

    def do(self) -> None:
        """One deed by chance; another one when there is nothing to do it with. What is refused is refused."""
        self._count += 1
        for _ in range(TRIES):
            [(_, name, deed)] = self._chance.choices(self._all, [weight for weight, _, _ in self._all])
            before = len(self._trace.lines)
            try:
                deed()
            except RoundsmanError as error:
                self._trace.note(f"office: {name} is refused: {error.code}")
                self._tally.deeds[f"{name} refused"] += 1
                return
            except ZeroDivisionError:
                # The rule with the bug. At the office the person sees an error, and nothing is kept.
                self._trace.note(f"office: {name} trips over a note")
                return
            if len(self._trace.lines) > before:
                self._tally.deeds[name] += 1
                return

    # -- parts

    def _some(self, table: str, **wanted: Any) -> dict[str, Any] | None:
        found = [
            row
            for key, row in sorted(self._ledger.values.items())
            if key[0] == table
            and row["feed_id"] in (self._world.division, *self._fixed())
            and all(row[name] in values for name, values in wanted.items())
        ]
        hot = [row for row in found if row["unit"] == self._hot]
        if hot and self._chance.random() < HEAT:
            found = hot
        return self._chance.choice(found) if found else None

    def _fixed(self) -> set[Any]:
        return {row["feed_id"] for row in self._ledger.values.values() if row["unit"] == CATALOGUE}

    def _act(
        self,
        person: bytes,
        intent: str,
        text: str,
        action: Callable[[Any], Any],
        touching: Sequence[Key] = (),
    ) -> None:
        self._trace.note(f"office: {text}")
        self._host.act(person, intent, action, touching)

    def _value(self) -> str:
        return "the same" if self._chance.random() < 0.15 else f"office {self._count}"

    def _clerk(self) -> bytes:
        return self._chance.choice(self._world.approvers)

    # -- orders

    def _decide(self) -> None:
        """Decide about an order that waits, now and then by the seal that somebody read some time ago."""
        order = self._some("sales_order", state=WAITING) or self._some("sales_order", state=NEXT)
        if order is None:
            return
        row_id: bytes = order["id"]
        seal = self._stale.setdefault(row_id, order["seal_hash"])
        if self._chance.random() < 0.8:
            seal = self._stale[row_id] = order["seal_hash"]
        touching = [("sales_order", row_id)]
        way = self._chance.choice(["approve", "approve", "return", "return", "reject", "look"])
        actions: dict[str, Callable[[Any], Any]] = {
            "approve": lambda work: approvals.approve_order(
                work, row_id, seal, legal_number=f"L-{self._count}"
            ),
            "return": lambda work: approvals.return_order(work, row_id, seal, "the price"),
            "reject": lambda work: approvals.reject_order(work, row_id, seal, "no"),
            "look": lambda work: approvals.take_into_approval(work, row_id),
        }
        self._act(self._clerk(), f"order.{way}", f"{way} order {short(row_id)}", actions[way], touching)

    def _move_order(self) -> None:
        order = self._some("sales_order")
        if order is None:
            return
        row_id: bytes = order["id"]
        to = NEXT.get(order["state"])
        if to is not None:
            self._act(
                self._clerk(),
                "order.advance",
                f"order {short(row_id)} is {to.value}",
                lambda work: orders.advance_order(work, row_id, to),
                [("sales_order", row_id)],
            )
        else:
            self._act(
                self._world.head,
                "order.edit",
                f"writes a note on order {short(row_id)}",
                lambda work: orders.change_order(work, row_id, note=self._value()),
                [("sales_order", row_id)],
            )

    # -- customers

    def _edit_contact(self) -> None:
        row = self._some("contact")
        if row is not None:
            name = self._chance.choice(["phone", "phone", "note", "mobile"])
            fields: Any = {name: self._value()}
            self._act(
                self._clerk(),
                "contact.edit",
                f"sets {name} of contact {short(row['id'])}",
                lambda work: contacts.edit_contact(work, row["id"], **fields),
                [("contact", row["id"])],
            )

    def _edit_customer(self) -> None:
        row = self._some("customer")
        if row is not None:
            name = self._chance.choice(
                ["phone", "grade", "address_city", "address_street", "wanted_frequency"]
            )
            fields: Any = {name: self._value()}
            self._act(
                self._clerk(),
                "customer.edit",
                f"sets {name} of customer {short(row['id'])}",
                lambda work: customers.edit_customer(work, row["id"], **fields),
                [("customer", row["id"])],
            )

    def _create_customer(self) -> None:
        owner = self._chance.choice(self._world.reps)
        self._act(
            self._world.head,
            "customer.create",
            "creates a customer for a rep",
            lambda work: customers.create_customer(work, name="Lotus", owner_id=owner),
        )

    def _assign(self) -> None:
        row = self._some("customer")
        if row is not None:
            owner = self._chance.choice(self._world.reps)
            self._act(
                self._world.head,
                "customer.assign",
                f"gives customer {short(row['id'])} to rep {self._world.reps.index(owner)}",
                lambda work: customers.assign_customer(work, row["id"], owner_id=owner),
                [("customer", row["id"])],
            )

    def _credit(self) -> None:
        row = self._some("customer")
        if row is not None:
            self._act(
                self._clerk(),
                "customer.credit",
                f"sets the credit of customer {short(row['id'])}",
                lambda work: customers.set_credit(
                    work,
                    row["id"],
                    limit_minor=self._count,
                    currency="CNY",
                    note_office=f"{SECRET} {self._count}",
                ),
                [("customer", row["id"])],
            )

    def _agree(self) -> None:
        row = self._some("customer")
        if row is not None:
            product = self._chance.choice(self._world.products)
            self._act(
                self._clerk(),
                "price.agree",
                f"agrees a price with customer {short(row['id'])}",
                lambda work: catalogue.agree_price(
                    work, row["id"], product, price_minor=900 + self._count, currency="CNY"
                ),
                [("customer", row["id"])],
            )

    def _delete_or_revive(self) -> None:
        table, delete, revive = self._chance.choice(
            [
                ("customer", customers.delete_customer, customers.revive_customer),
                ("contact", contacts.delete_contact, contacts.revive_contact),
            ]
        )
        row = self._some(table, deleted=(1,)) if self._chance.random() < 0.5 else self._some(table)
        if row is not None:
            action: Any = revive if row["deleted"] else delete
            self._act(
                self._clerk(),
                f"{table}.delete",
                f"{'revives' if row['deleted'] else 'deletes'} {table} {short(row['id'])}",
                lambda work: action(work, row["id"]),
                [(table, row["id"])],
            )

    # -- what needs a person

    def _conflict(self) -> None:
        row = self._some("conflict")
        if row is None:
            return
        row_id: bytes = row["id"]
        touching = [("conflict", row_id), (str(row["table_name"]), row["row_id"])]
        if row["state"] == "resolved":
            self._act(
                self._clerk(),
                "conflict.undo",
                f"takes back the decision of conflict {short(row_id)}",
                lambda work: conflicts.undo_resolution(work, SCHEMA, row_id),
                touching,
            )
        else:
            side: Any = self._chance.choice(["mine", "theirs"])
            self._act(
                self._clerk(),
                "conflict.resolve",
                f"decides conflict {short(row_id)}: {side}",
                lambda work: conflicts.resolve_conflict(work, SCHEMA, row_id, choose=side),
                touching,
            )

    def _quarantine(self) -> None:
        found = [row for key, row in sorted(self._ledger.values.items()) if key[0] == "quarantine"]
        if found:
            row: Any = self._chance.choice(found)
            self._act(
                self._clerk(),
                "quarantine.take",
                f"takes quarantined change {short(row['id'])}",
                lambda work: conflicts.take_quarantine(work, row["id"]),
                [("quarantine", row["id"])],
            )

    # -- catalogue and directory

    def _price(self) -> None:
        product = self._chance.choice(self._world.products)
        self._act(
            self._world.marketing,
            "price.set",
            f"sets the price of product {short(product)}",
            lambda work: catalogue.set_list_price(
                work, self._world.price_list, product, price_minor=1000 + self._count
            ),
            [("product", product)],
        )

    def _product(self) -> None:
        product = self._chance.choice(self._world.products)
        state = self._ledger.values["product", product]["state"]
        ways: list[Callable[[Any], Any]] = [
            lambda work: catalogue.edit_product(work, product, cost_minor=SECRET_NUMBERS[0] + self._count),
            lambda work: catalogue.edit_product(work, product, name=f"Board {self._count}"),
            lambda work: (
                catalogue.retire_product(work, product)
                if state == "active"
                else catalogue.reinstate_product(work, product)
            ),
        ]
        way = self._chance.choice(ways)
        self._act(
            self._world.marketing,
            "product.edit",
            f"edits product {short(product)}",
            way,
            [("product", product)],
        )

    def _edit_person(self) -> None:
        person = self._chance.choice(self._world.reps)
        self._act(
            self._world.marketing,
            "person.edit",
            f"edits person {short(person)}",
            lambda work: people.edit_user(work, person, phone=self._value(), email=f"{SECRET} {self._count}"),
            [("app_user", person)],
        )
