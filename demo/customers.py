"""Customers of the made-up company: the firm, the people there, the places of delivery, agreed prices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from crm.changes.entity import Row
from crm.changes.ops import Op
from crm.contacts.entities import DecisionRole
from crm.customers.rules import keys_of
from crm.customers.states import Library
from crm.money import BASIS_POINTS, round_half_up
from crm.schema import SCHEMA
from demo.catalogue import CURRENCY, GRADES, SPECIALS, Catalogue
from demo.ledger import Chance, birth, change
from demo.names import Firm, Names
from demo.rows import Rows

FIRST_CODE: Final = 318
"""The first customer is the one the story is about: KH-00318."""
STORY: Final = Firm(
    name="海口椰风置业有限公司",
    name_en="Haikou Yefeng Properties Co., Ltd.",
    industry="real estate",
    province="海南省",
    city="海口市",
    city_en="Haikou",
    street="望椰路18号",
    postcode="570110",
    phone="0898-00000000",
    mail_name="yefeng",
)
STORY_CONTACT: Final = ("陈美玲 Chen Meiling", "市场部经理 Marketing manager", "1988-03-13")
STORY_PRICE: Final = 36_100_00
"""What the first customer pays for a face-month of P-0007: 5 % under the list."""
_TITLES: Final = (
    ("市场部经理 Marketing manager", 2, DecisionRole.DECIDER),
    ("采购主管 Head of procurement", 3, DecisionRole.BUYER),
    ("总经理 General manager", 1, DecisionRole.APPROVER),
)


@dataclass
class Trade:
    """A customer with everything around it. ``rep`` is the place of the holder among the reps."""

    rep: int
    at_ms: int
    customer: Row
    contacts: list[Row]
    made: list[tuple[str, Row]]
    """Every row, with its table."""


def make_customers(
    rows: Rows,
    chance: Chance,
    names: Names,
    catalogue: Catalogue,
    *,
    reps: Sequence[bytes],
    count: int,
    at_ms: int,
) -> list[Trade]:
    """So many customers, given to the reps in turn. They were entered within the four weeks after ``at_ms``."""
    maker = _Maker(rows, chance, names, catalogue, reps)
    gap = 28 * 24 * 60 * 60 * 1000 // max(count, 1)
    return [maker.trade(number, at_ms + 3_600_000 + number * gap) for number in range(count)]


class _Maker:
    def __init__(
        self, rows: Rows, chance: Chance, names: Names, catalogue: Catalogue, reps: Sequence[bytes]
    ) -> None:
        self.rows = rows
        self.chance = chance
        self.names = names
        self.catalogue = catalogue
        self.reps = reps

    def trade(self, number: int, at_ms: int) -> Trade:
        draw = self.chance.random
        firm = STORY if number == 0 else self.names.firm()
        [grade] = draw.choices(GRADES, [each.share for each in GRADES])
        grade = GRADES[1] if number == 0 else grade
        trades = number % 10 != 9
        rep = number % len(self.reps)
        customer_id = self.chance.id_at(at_ms)
        code, registry = f"KH-{_code(number):05d}", f"91460000MA{number:08d}"
        customer = self.rows.make(
            "customer",
            customer_id,
            code=code,
            name=firm.name,
            name_en=firm.name_en,
            owner_id=self.reps[rep],
            library=(Library.TRADING if trades else Library.POTENTIAL).value,
            region=firm.province,
            industry=firm.industry,
            grade=grade.name,
            website=f"https://{firm.mail_name}.example",
            phone=firm.phone,
            address_province=firm.province,
            address_city=firm.city,
            address_street=firm.street,
            address_postcode=firm.postcode,
            tax_registration_no=registry,
            payment_terms_id=draw.choice(self.catalogue.terms)["id"],
        )
        customer.update(keys_of(customer))
        contacts = self._contacts(customer, firm, number, at_ms)
        addresses = self._addresses(customer, firm, contacts[0], at_ms)
        made = [("customer", customer)]
        made += [("contact", row) for row in contacts]
        made += [("ship_to_address", row) for row in addresses]
        return Trade(rep, at_ms, customer, contacts, made)

    def _contacts(self, customer: Row, firm: Firm, number: int, at_ms: int) -> list[Row]:
        draw = self.chance.random
        found: list[Row] = []
        for place, (title, level, part) in enumerate(_TITLES[: draw.randint(1, 3)]):
            name, birthday = (
                self.names.human().both,
                f"{draw.randrange(1965, 2000)}-{draw.randrange(1, 13):02d}-15",
            )
            if number == 0 and place == 0:
                name, title, birthday = STORY_CONTACT  # noqa: PLW2901 - the story's own
            found.append(
                self.rows.make(
                    "contact",
                    self.chance.id_at(at_ms),
                    customer_id=customer["id"],
                    name=name,
                    title=title,
                    level=level,
                    decision_role=part.value,
                    birthday=birthday,
                    phone=firm.phone,
                    mobile=self.names.mobile(),
                    email=f"contact{place + 1}@{firm.mail_name}.example",
                )
            )
        return found

    def _addresses(self, customer: Row, firm: Firm, contact: Row, at_ms: int) -> list[Row]:
        labels = ("总部 Head office", "项目部 Project office")[: self.chance.random.randint(1, 2)]
        return [
            self.rows.make(
                "ship_to_address",
                self.chance.id_at(at_ms),
                customer_id=customer["id"],
                label=label,
                recipient=contact["name"],
                phone=contact["mobile"],
                address_province=firm.province,
                address_city=firm.city,
                address_street=firm.street if place == 0 else f"{firm.street}东侧",
                address_postcode=firm.postcode,
                is_default=int(place == 0),
            )
            for place, label in enumerate(labels)
        ]


def office_terms(rows: Rows, chance: Chance, catalogue: Catalogue, trade: Trade) -> Iterator[Op]:
    """What the office sets for a trading customer: the credit limit, and for the better ones a price or two."""
    customer, draw = trade.customer, chance.random
    if customer["library"] != Library.TRADING:
        return
    customer_id = customer["id"]
    assert isinstance(customer_id, bytes)
    grade = str(customer["grade"])
    limit = {"vip": 80, "major": 40, "ordinary": 20}.get(grade, 10) * 100_000_00
    customer.update(credit_limit_minor=limit)
    yield change(
        "customer",
        customer_id,
        credit_limit_minor=(None, limit),
        credit_note_office=("", "按往年付款情况核定 Set by the payments of former years"),
    )
    products = catalogue.products
    special = SPECIALS[0].number - 1
    if customer["name"] == STORY.name and len(products) > special:
        agreed = [(products[special], STORY_PRICE)]
    elif grade in ("vip", "major"):
        chosen = draw.sample(products, min(draw.randint(1, 2), len(products)))
        agreed = [
            (each, round_half_up(_listed(rows, catalogue, each) * 9_400, BASIS_POINTS)) for each in chosen
        ]
    else:
        agreed = []
    for product, price_minor in agreed:
        row = rows.make(
            "customer_price",
            chance.id_at(trade.at_ms),
            customer_id=customer_id,
            product_id=product["id"],
            price_minor=price_minor,
            currency=CURRENCY,
        )
        yield birth(SCHEMA["customer_price"], row)


def _listed(rows: Rows, catalogue: Catalogue, product: Row) -> int:
    product_id = product["id"]
    assert isinstance(product_id, bytes)
    entries = rows.children("price_list_entry", "product_id", product_id)
    price = next(each["price_minor"] for each in entries if each["price_list_id"] == catalogue.standard["id"])
    assert isinstance(price, int)
    return price


def _code(number: int) -> int:
    """The first customer has a number of its own; the others count from 1 and leave it out."""
    if number == 0:
        return FIRST_CODE
    return number if number < FIRST_CODE else number + 1
