"""The schema of this version holds together."""

from __future__ import annotations

import importlib
import pkgutil

import crm
from crm.changes.entity import Fixed, Replicated
from crm.changes.policies import Reach, Rule
from crm.changes.safeguards import Safeguards
from crm.ids import CATALOGUE, DIRECTORY
from crm.orders.rules import OrderRules
from crm.rights import Right
from crm.schema import RULEBOOK, SCHEMA, SCHEMA_VERSION, rulebook


def test_every_entity_of_every_subject_is_in_the_schema() -> None:
    for module in pkgutil.iter_modules(crm.__path__, "crm."):
        if module.ispkg:
            for part in pkgutil.iter_modules(
                importlib.import_module(module.name).__path__, f"{module.name}."
            ):
                importlib.import_module(part.name)
    declared = {
        mapper.class_ for mapper in Replicated.registry.mappers if mapper.class_.__module__.startswith("crm.")
    }
    assert declared == set(SCHEMA.by_class)


def test_schema_has_a_version() -> None:
    assert SCHEMA.version == SCHEMA_VERSION == 2


def test_rules_are_about_tables_of_the_schema() -> None:
    assert set(RULEBOOK) <= set(SCHEMA.entities)


def test_every_right_of_an_entity_and_of_a_move_exists() -> None:
    known = {right.value for right in Right}
    for entity in SCHEMA:
        assert entity.right in known
        for item in entity.fields.values():
            if item.policy.machine is not None:
                assert set(item.policy.machine.moves.values()) <= known
                assert item.default == item.policy.machine.start


def test_catalogue_and_directory_hang_on_no_customer() -> None:
    units = {entity.name: entity.scope.unit for entity in SCHEMA if isinstance(entity.scope, Fixed)}
    assert units["product"] == units["tax_rate"] == units["payment_terms"] == CATALOGUE
    assert units["app_user"] == DIRECTORY
    assert "customer_price" not in units


def test_cost_and_floor_price_never_leave_the_office() -> None:
    office = {name for name, item in SCHEMA["product"].fields.items() if item.reach is Reach.OFFICE}
    assert office == {"cost_minor", "floor_price_minor", "cost_currency"}
    assert not office & set(SCHEMA["product"].wire_columns)
    assert "looks" not in SCHEMA["sales_order"].wire_columns


def test_order_and_its_lines_are_one_document() -> None:
    assert dict(SCHEMA.lines)["sales_order"] == (("order_line", "order_id"),)
    assert SCHEMA["order_seal"].document is None
    assert all(item.policy.rule is Rule.APPEND for item in SCHEMA["order_seal"].fields.values())
    assert all(item.policy.rule is Rule.APPEND for item in SCHEMA["approval_decision"].fields.values())


def test_safeguards_reach_the_rules_of_orders() -> None:
    without = rulebook(Safeguards(seal=False))
    assert isinstance(without["sales_order"], OrderRules)
    assert without.keys() == RULEBOOK.keys()
