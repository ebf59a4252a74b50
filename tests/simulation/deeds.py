"""What people do on their laptops: the real actions of ``crm`` in real units of work, chosen by chance."""

from __future__ import annotations

import random
from contextlib import closing
from typing import Any, Final

from crm.changes.work import Work
from crm.conflicts import actions as conflicts
from crm.contacts import actions as contacts
from crm.customers import actions as customers
from crm.customers.entities import Customer
from crm.customers.states import Library
from crm.errors import RoundsmanError
from crm.schema import SCHEMA
from tests.simulation.hands import short
from tests.simulation.host import BUG
from tests.simulation.laptop import Device
from tests.simulation.order_deeds import Deed, OrderDeeds
from tests.simulation.tally import Tally, Trace
from tests.simulation.world import World

TRIES: Final = 8
ADDRESS: Final = ("address_province", "address_city", "address_street")


class Deeds(OrderDeeds):
    """The deeds of the person at one laptop. `do` does one; what the action refuses is refused, and nothing is kept."""

    def __init__(
        self, device: Device, world: World, hot: bytes, chance: random.Random, tally: Tally, trace: Trace
    ) -> None:
        super().__init__(device, world, hot, chance, tally, trace)
        self._all: list[Deed] = [
            *self.order_deeds(),
            (2, "customer.create", self._create_customer),
            (3, "contact.create", self._create_contact),
            (8, "contact.edit", self._edit_contact),
            (8, "customer.edit", self._edit_customer),
            (4, "customer.address", self._edit_address),
            (2, "customer.library", self._move_library),
            (3, "delete", self._delete_or_revive),
            (3, "ship_to", self._ship_to),
            (2, "contact.bug", self._trip_the_office),
            (2, "customer.forge", self._forge),
            (3, "contact.reports", self._reports_to),
            (4, "conflict", self._conflict),
            (3, "quarantine", self._quarantine),
            (3, "parked", self._parked),
            (3, "take_back", self._take_back),
        ]

    def do(self) -> None:
        """One deed by chance; another one when there is nothing to do it with."""
        self._count += 1
        weights = [weight for weight, _, _ in self._all]
        for _ in range(TRIES):
            [(_, name, deed)] = self._chance.choices(self._all, weights)
            before = len(self._trace.lines)
            try:
                deed()
            except RoundsmanError as error:
                self._note(f"{name} is refused here: {error.code}")
                self._tally.deeds[f"{name} refused"] += 1
                return
            if len(self._trace.lines) > before:
                self._tally.deeds[name] += 1
                return

    # -- customers and contacts

    def _create_customer(self) -> None:
        name = self._chance.choice(["Lotus", "Peony", "Orchid"])

        def create(work: Work) -> None:
            row = customers.create_customer(work, name=name, phone=str(5_550_000 + self._count % 3))
            if self._chance.random() < 0.5:
                contacts.create_contact(work, row.id, name="Wang")
            if self._chance.random() < 0.5:
                customers.add_ship_to(work, row.id, label="yard", address_city="Sanya")

        self._work("customer.create", f"creates customer {name}", create)

    def _create_contact(self) -> None:
        found = self._some("customer")
        if found is not None:
            self._work(
                "contact.create",
                f"creates a contact of {short(found[0])}",
                lambda work: contacts.create_contact(work, found[0], name=self._value()),
            )

    def _edit_contact(self) -> None:
        found = self._some("contact")
        if found is None:
            return
        name = self._chance.choice(["phone", "phone", "mobile", "note", "note", "last_verified_on"])
        value = self._value()

        def edit(work: Work) -> None:
            given: Any = work.business_date if name == "last_verified_on" else value
            contacts.edit_contact(work, found[0], **{name: given})

        self._work("contact.edit", f"sets {name} of contact {short(found[0])}: {value}", edit)

    def _edit_customer(self) -> None:
        found = self._some("customer")
        if found is None:
            return
        names = self._chance.sample(
            ["phone", "grade", "note", "region", "wanted_channel"], self._chance.randint(1, 2)
        )
        value = self._value()
        self._work(
            "customer.edit",
            f"sets {','.join(names)} of customer {short(found[0])}: {value}",
            lambda work: customers.edit_customer(work, found[0], **dict.fromkeys(names, value)),  # type: ignore[arg-type]
        )

    def _edit_address(self) -> None:
        table = self._chance.choice(["customer", "ship_to_address"])
        found = self._some(table)
        if found is None:
            return
        fields: Any = dict.fromkeys(self._chance.sample(ADDRESS, self._chance.randint(1, 3)), self._value())
        edit: Any = customers.edit_customer if table == "customer" else customers.edit_ship_to
        self._work(
            f"{table}.address",
            f"sets {sorted(fields)} of {table} {short(found[0])}",
            lambda work: edit(work, found[0], **fields),
        )

    def _move_library(self) -> None:
        found = self._some("customer")
        if found is not None:
            to = self._chance.choice([Library.TRADING, Library.PUBLIC, Library.INVALID, Library.POTENTIAL])
            self._work(
                "customer.library",
                f"moves customer {short(found[0])} to {to.value}",
                lambda work: customers.move_library(work, found[0], to, reason="closed"),
            )

    def _delete_or_revive(self) -> None:
        table, delete, revive = self._chance.choice(
            [
                ("customer", customers.delete_customer, customers.revive_customer),
                ("contact", contacts.delete_contact, contacts.revive_contact),
                ("contact", contacts.delete_contact, contacts.revive_contact),
                ("ship_to_address", customers.delete_ship_to, customers.revive_ship_to),
            ]
        )
        dead = self._chance.random() < 0.6
        found = self._some(table, f"deleted = {int(dead)}") or self._some(table, "1=1")
        if found is None:
            return
        action: Any = revive if dead else delete
        self._work(
            f"{table}.{'revive' if dead else 'delete'}",
            f"{'revives' if dead else 'deletes'} {table} {short(found[0])}",
            lambda work: action(work, found[0]),
        )

    def _ship_to(self) -> None:
        if self._chance.random() < 0.5:
            found = self._some("customer")
            if found is not None:
                customer: bytes = found[0]
                self._work(
                    "ship_to.add",
                    f"adds a place of delivery to {short(customer)}",
                    lambda work: customers.add_ship_to(work, customer, label=self._value()),
                )
            return
        found = self._some("ship_to_address")
        if found is not None:
            self._work(
                "ship_to.default",
                f"makes {short(found[0])} the default place",
                lambda work: customers.set_default_ship_to(work, found[0]),
            )

    def _reports_to(self) -> None:
        found = self._some("contact")
        if found is None:
            return
        other = self._some(
            "contact",
            f"customer_id = (SELECT customer_id FROM contact WHERE id = X'{found[0].hex()}') "
            f"AND id <> X'{found[0].hex()}'",
        )
        if other is not None:
            self._work(
                "contact.reports",
                f"contact {short(found[0])} reports to {short(other[0])}",
                lambda work: contacts.edit_contact(work, found[0], reports_to_id=other[0]),
            )

    # -- what the office will not take

    def _trip_the_office(self) -> None:
        found = self._some("contact")
        if found is None:
            return
        self._tally.faults["bug"] += 1
        self._work(
            "contact.edit",
            f"writes a note on contact {short(found[0])} that a rule trips over",
            lambda work: contacts.edit_contact(work, found[0], note=f"{BUG} {self._count}"),
        )

    def _forge(self) -> None:
        """A client that sets a field that is the office's."""
        found = self._some("customer")
        if found is None:
            return

        def forge(work: Work) -> None:
            row = work.session.get(Customer, found[0])
            assert row is not None
            row.credit_limit_minor = self._count
            row.note = self._value()

        self._tally.faults["forged"] += 1
        self._work("customer.edit", f"sets the credit limit of customer {short(found[0])}", forge)

    # -- conflicts, quarantine, what was parked

    def _conflict(self) -> None:
        found = self._some("conflict", columns="id, state")
        if found is None:
            return
        conflict_id, state = found
        if state == "resolved":
            self._work(
                "conflict.undo",
                f"takes back the decision of conflict {short(conflict_id)}",
                lambda work: conflicts.undo_resolution(work, SCHEMA, conflict_id),
            )
        else:
            side: Any = self._chance.choice(["mine", "mine", "theirs"])
            self._work(
                "conflict.resolve",
                f"decides conflict {short(conflict_id)}: {side}",
                lambda work: conflicts.resolve_conflict(work, SCHEMA, conflict_id, choose=side),
            )

    def _quarantine(self) -> None:
        found = self._some("quarantine", columns="id, state")
        if found is None:
            return
        row_id, state = found
        action: Any
        if state == "waiting":
            action, word = conflicts.take_quarantine, "takes"
        else:
            action, word = self._chance.choice(
                [
                    (conflicts.release_quarantine, "releases"),
                    (conflicts.resend_quarantine, "closes as sent again"),
                    (conflicts.discard_quarantine, "closes as not wanted"),
                ]
            )
        self._work(
            "quarantine", f"{word} quarantined change {short(row_id)}", lambda work: action(work, row_id)
        )

    def _parked(self) -> None:
        change_id = self._journal("state = 'parked'")
        if change_id is None:
            return
        device = self._device
        if self._chance.random() < 0.5:
            self._note(f"discards parked change {short(change_id)}")
            device.dropped.update(device.store.discard(change_id))
        else:
            self._note(f"sends parked change {short(change_id)} again")
            before = set(self._discarded())
            new = device.store.resend(change_id)
            device.dropped.update(set(self._discarded()) - before)
            device.resent.update(new)
            self._adopt(new)

    def _take_back(self) -> None:
        change_id = self._journal("state = 'waiting'")
        if change_id is not None:
            self._note(f"takes back change {short(change_id)}")
            self._device.dropped.update(self._device.store.take_back(change_id))

    def _discarded(self) -> list[bytes]:
        with closing(self._device.store.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            found = cursor.execute("SELECT change_id FROM journal WHERE state = 'discarded'").fetchall()
            cursor.close()
        return [change_id for (change_id,) in found]

    def _adopt(self, ids: list[bytes]) -> None:
        with closing(self._device.store.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            for change_id in ids:
                [(body,)] = cursor.execute("SELECT body FROM journal WHERE change_id = ?", [change_id])
                self._device.made[change_id] = body
            cursor.close()
