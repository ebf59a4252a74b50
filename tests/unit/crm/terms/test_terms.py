"""Payment terms: what they may say, and when an invoice is due."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.changes.entity import Wire
from crm.errors import Code, NotAllowed, RuleBroken
from crm.ids import CATALOGUE
from crm.terms import actions, queries, rules
from crm.terms.entities import PaymentTerms
from tests.unit.crm.desk import ADMIN, Desk, MemoryView, change_of

ONE, TWO = b"1" * 16, b"2" * 16


def terms(days_net: int, discount_days: int = 0, discount_bp: int = 0) -> PaymentTerms:
    return PaymentTerms(
        id=ONE,
        code="T",
        name="T",
        days_net=days_net,
        discount_days=discount_days,
        discount_bp=discount_bp,
    )


def test_the_due_day_is_counted_from_the_invoice() -> None:
    assert rules.due_on(terms(30), date(2028, 2, 1)) == date(2028, 3, 2)
    assert rules.due_on(terms(0), date(2026, 5, 4)) == date(2026, 5, 4)


def test_a_discount_ends_on_its_day_and_is_none_without_a_rate() -> None:
    assert rules.discount_until(terms(30, 10, 200), date(2026, 5, 4)) == date(2026, 5, 14)
    assert rules.discount_until(terms(30), date(2026, 5, 4)) is None


@given(st.integers(0, 365), st.integers(0, 365), st.integers(1, 10_000), st.dates(date(2000, 1, 1)))
def test_a_discount_that_is_accepted_ends_no_later_than_the_due_day(
    days_net: int, discount_days: int, discount_bp: int, invoiced_on: date
) -> None:
    row: dict[str, Wire] = {
        "code": "T",
        "name": "T",
        "days_net": days_net,
        "discount_days": discount_days,
        "discount_bp": discount_bp,
    }
    accepted = not list(rules.terms_findings(row))
    assert accepted == (discount_days <= days_net)
    if accepted and invoiced_on < date(2100, 1, 1):
        given_terms = terms(days_net, discount_days, discount_bp)
        until = rules.discount_until(given_terms, invoiced_on)
        assert until is not None
        assert until <= rules.due_on(given_terms, invoiced_on)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"days_net": 366}, "days_net"),
        ({"days_net": 10, "discount_days": 11, "discount_bp": 100}, "discount_days"),
        ({"days_net": 10, "discount_days": 5}, "discount_bp"),
        ({"days_net": 10, "discount_bp": 10_001}, "discount_bp"),
    ],
)
def test_terms_that_cannot_be_kept_are_not_made(desk: Desk, values: dict[str, int], field: str) -> None:
    with pytest.raises(RuleBroken) as refused, desk.work() as work:
        actions.create_terms(work, code="T", name="T", **{"days_net": 0, **values})
    assert refused.value.code == rules.BAD_FIELD
    assert refused.value.details == {"field": field}


def test_terms_on_offer_are_those_not_retired_the_shortest_first(desk: Desk) -> None:
    with desk.work() as work:
        month = actions.create_terms(work, code="N30", name="月结", days_net=30)
        cash = actions.create_terms(work, code="CASH", name="现付", days_net=0)
    assert desk.session.scalars(queries.terms_on_offer()).all() == [cash, month]
    with desk.work() as work:
        actions.retire_terms(work, month.id)
        actions.rename_terms(work, cash.id, name="货到付款")
    assert desk.session.scalars(queries.terms_on_offer()).all() == [cash]
    assert work.fields_of(cash) == {"name": ["现付", "货到付款"]}


def test_a_code_is_given_once_even_to_retired_terms(desk: Desk) -> None:
    with desk.work() as work:
        actions.retire_terms(work, actions.create_terms(work, code="N30", name="N", days_net=30).id)
    with pytest.raises(RuleBroken) as refused, desk.work() as work:
        actions.create_terms(work, code="N30", name="M", days_net=30)
    assert refused.value.code == rules.CODE_TAKEN


def test_a_rep_makes_no_terms(desk: Desk) -> None:
    rep = desk.actor(desk.person("Anna", division_id=desk.division("N")))
    with pytest.raises(NotAllowed) as refused, desk.work(rep) as work:
        actions.create_terms(work, code="T", name="T", days_net=0)
    assert refused.value.code == Code.NO_RIGHT


def test_the_office_refuses_a_code_that_other_terms_have() -> None:
    view = MemoryView()
    view.add("payment_terms", id=ONE, unit=CATALOGUE, code="T", name="T")
    row = view.add("payment_terms", id=TWO, unit=CATALOGUE, code="T", name="U")
    judge = rules.PaymentTermsRules()
    assert [f.code for f in judge.judge(view, change_of("payment_terms", None, row, ADMIN))] == [
        rules.CODE_TAKEN
    ]
    (want,) = judge.wants(view, [row])
    assert want.values == {bytes(CATALOGUE)}
