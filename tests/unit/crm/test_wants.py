"""Rows are asked for before they are checked: no rule may stumble over what a client sent."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.contacts.rules import ContactRules
from crm.customers.rules import CustomerRules
from crm.people.rules import DataGrantRules, UserRules
from crm.rules import PlainRules
from crm.schema import SCHEMA
from crm.terms.rules import PaymentTermsRules
from tests.unit.crm.desk import MemoryView

anything = (
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 64) - 1)
    | st.floats()
    | st.text(st.characters(), max_size=8)
    | st.binary(max_size=16)
    | st.lists(st.integers(), max_size=2)
    | st.dictionaries(st.text(max_size=2), st.integers(), max_size=2)
)


@pytest.mark.parametrize(
    ("table", "rule"),
    [
        ("customer", CustomerRules()),
        ("contact", ContactRules()),
        ("app_user", UserRules()),
        ("data_grant", DataGrantRules()),
        ("payment_terms", PaymentTermsRules()),
    ],
)
@given(data=st.data())
def test_what_is_wanted_is_named_by_ids_whatever_was_sent(
    table: str, rule: PlainRules, data: st.DataObject
) -> None:
    row: dict[str, Any] = SCHEMA[table].blank()
    row.update(data.draw(st.dictionaries(st.sampled_from(sorted(SCHEMA[table].fields)), anything)))
    for want in rule.wants(MemoryView(), [row]):
        assert want.table in SCHEMA.entities
        assert all(isinstance(value, bytes) for value in want.values)
