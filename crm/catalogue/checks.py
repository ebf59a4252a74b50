"""What is refused in the catalogue, at the office and by the actions beforehand (R-096, R-097, R-102 to R-104).

Numbers: 3150 a field holds what it cannot (``field`` names it), 3151 the code is taken, 3152 the tree would not have
exactly two levels (``problem`` is a `crm.catalogue.rules.TreeProblem`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TypeAlias, cast

from crm.catalogue.facts import CategoryFact, facts
from crm.catalogue.rules import tree_problem
from crm.changes.entity import Row, Wire
from crm.changes.view import Change, Finding, Rulebook, View, Want
from crm.ids import CATALOGUE
from crm.money import BASIS_POINTS, EXPONENTS, LIMIT_MINOR, MAX_QUANTITY_MILLI
from crm.rules import PlainRules, reject

BAD_FIELD: Final = 3150
CODE_TAKEN: Final = 3151
BAD_TREE: Final = 3152

Findings: TypeAlias = Callable[[Mapping[str, Wire]], Iterator[Finding]]


def _bad(name: str) -> Finding:
    return reject(BAD_FIELD, f"The value of {name} is not acceptable.", field=name)


def _texts(row: Mapping[str, Wire], *names: str) -> Iterator[Finding]:
    for name in names:
        if not str(row[name] or "").strip():
            yield _bad(name)


def _between(row: Mapping[str, Wire], name: str, least: int, most: int) -> Iterator[Finding]:
    value = row[name]
    if value is not None and not least <= cast(int, value) <= most:
        yield _bad(name)


def _currency(row: Mapping[str, Wire], name: str, *amounts: str) -> Iterator[Finding]:
    """A known currency wherever one is given or an amount needs one."""
    value = row[name]
    needed = any(row[amount] is not None for amount in amounts)
    if (value is None and needed) or (value is not None and value not in EXPONENTS):
        yield _bad(name)


def _period(row: Mapping[str, Wire]) -> Iterator[Finding]:
    begin, end = row["valid_from"], row["valid_to"]
    if begin is not None and end is not None and cast(str, end) < cast(str, begin):
        yield _bad("valid_to")


def category_findings(row: Mapping[str, Wire]) -> Iterator[Finding]:
    """A category has a code and a name; where it hangs is judged by `tree_problem`."""
    yield from _texts(row, "code", "name")


def tax_class_findings(row: Mapping[str, Wire]) -> Iterator[Finding]:
    """A tax class has a code and a name."""
    yield from _texts(row, "code", "name")


def tax_rate_findings(row: Mapping[str, Wire]) -> Iterator[Finding]:
    """A rate is between 0 and 1,000 %."""
    yield from _between(row, "rate_bp", 0, 10 * BASIS_POINTS)
    yield from _period(row)


def product_findings(row: Mapping[str, Wire]) -> Iterator[Finding]:
    """Code, name and base unit are there; quantities and amounts are not negative; amounts have a currency."""
    yield from _texts(row, "code", "name", "base_unit")
    yield from _between(row, "min_quantity_milli", 0, MAX_QUANTITY_MILLI)
    yield from _between(row, "step_quantity_milli", 0, MAX_QUANTITY_MILLI)
    for name in ("service_fee_minor", "cost_minor", "floor_price_minor"):
        yield from _between(row, name, 0, LIMIT_MINOR)
    yield from _currency(row, "service_fee_currency", "service_fee_minor")
    yield from _currency(row, "cost_currency", "cost_minor", "floor_price_minor")


def unit_findings(row: Mapping[str, Wire]) -> Iterator[Finding]:
    """A pack has a name and holds something."""
    yield from _texts(row, "name")
    yield from _between(row, "factor_milli", 1, MAX_QUANTITY_MILLI)


def price_list_findings(row: Mapping[str, Wire]) -> Iterator[Finding]:
    """A list has a code, a name, a known currency, and ends after it begins."""
    yield from _texts(row, "code", "name", "currency")
    yield from _currency(row, "currency")
    yield from _period(row)


def entry_findings(row: Mapping[str, Wire]) -> Iterator[Finding]:
    """Prices and scales are not negative."""
    yield from _between(row, "price_minor", 0, LIMIT_MINOR - 1)
    yield from _between(row, "min_quantity_milli", 0, MAX_QUANTITY_MILLI)


def customer_price_findings(row: Mapping[str, Wire]) -> Iterator[Finding]:
    """As `entry_findings`, with a currency and a period."""
    yield from entry_findings(row)
    yield from _currency(row, "currency", "price_minor")
    yield from _period(row)


def discount_findings(row: Mapping[str, Wire]) -> Iterator[Finding]:
    """A discount is between nothing and everything; a least amount has a currency; product or category, not both."""
    yield from _between(row, "max_discount_bp", 0, BASIS_POINTS)
    yield from _between(row, "min_amount_minor", 0, LIMIT_MINOR)
    yield from _currency(row, "currency")
    if row["min_amount_minor"] and row["currency"] is None:
        yield _bad("currency")
    if row["product_id"] is not None and row["category_id"] is not None:
        yield _bad("category_id")
    yield from _period(row)


class CatalogueRules(PlainRules):
    """Judges the fields of one row. With ``code_among`` its code must be its own in the whole table."""

    def __init__(self, table: str, findings: Findings, *, code_among: bool = False) -> None:
        self._table = table
        self._findings = findings
        self._code_among = code_among

    def wants(self, view: View, roots: Iterable[Row]) -> Iterator[Want]:
        """The whole table, where codes are compared."""
        if self._code_among and any(True for _ in roots):
            yield Want(self._table, "unit", frozenset({bytes(CATALOGUE)}))

    def judge(self, view: View, change: Change) -> Iterator[Finding]:
        """See the module."""
        after = change.after
        yield from self._findings(after)
        if self._code_among and (change.before is None or "code" in change.fields):
            yield from code_findings(after, view.children(self._table, "unit", CATALOGUE))


def code_findings(row: Mapping[str, Wire], others: Iterable[Mapping[str, Wire]]) -> Iterator[Finding]:
    """3151 when another row, retired or deleted ones too, has the code: old documents name it."""
    if any(other["code"] == row["code"] and other["id"] != row["id"] for other in others):
        yield reject(CODE_TAKEN, "The code is taken.", field="code")


def tree_findings(row: Row, categories: Iterable[Row]) -> Iterator[Finding]:
    """3152 when the category cannot stand where it shall (R-096, BR-12); deleted categories do not count."""
    if row["deleted"]:
        return
    known = {category.id: category for category in facts(CategoryFact, categories)}
    problem = tree_problem(cast(bytes, row["id"]), cast("bytes | None", row["parent_id"]), known)
    if problem is not None:
        yield reject(BAD_TREE, "Categories have exactly two levels.", problem=problem.value)


class CategoryRules(CatalogueRules):
    """The rules of ``product_category``: code, name, and exactly two levels."""

    def __init__(self) -> None:
        super().__init__("product_category", category_findings, code_among=True)

    def judge(self, view: View, change: Change) -> Iterator[Finding]:
        """See the module."""
        yield from super().judge(view, change)
        categories = view.children("product_category", "unit", CATALOGUE)
        if change.before is None or change.fields & {"parent_id", "deleted"}:
            yield from tree_findings(change.after, categories)
        if change.after["deleted"] and has_children(cast(bytes, change.after["id"]), categories):
            yield reject(BAD_TREE, "The category still has categories below it.", problem="has_children")


def has_children(category_id: bytes, categories: Iterable[Row]) -> bool:
    """Whether a living category hangs below this one."""
    return any(row["parent_id"] == category_id and not row["deleted"] for row in categories)


RULES: Final[Rulebook] = {
    "product_category": CategoryRules(),
    "tax_class": CatalogueRules("tax_class", tax_class_findings, code_among=True),
    "tax_rate": CatalogueRules("tax_rate", tax_rate_findings),
    "product": CatalogueRules("product", product_findings, code_among=True),
    "product_unit": CatalogueRules("product_unit", unit_findings),
    "price_list": CatalogueRules("price_list", price_list_findings),
    "price_list_entry": CatalogueRules("price_list_entry", entry_findings),
    "customer_price": CatalogueRules("customer_price", customer_price_findings),
    "discount_rule": CatalogueRules("discount_rule", discount_findings),
}
"""The rules of this subject, by table."""
