"""The schema of this version: every replicated entity, and the rules of every subject."""

from __future__ import annotations

from typing import Final

from crm.approvals.entities import ApprovalDecision
from crm.catalogue import checks as catalogue
from crm.catalogue.entities import (
    CustomerPrice,
    DiscountRule,
    PriceList,
    PriceListEntry,
    Product,
    ProductCategory,
    ProductUnit,
    TaxClass,
    TaxRate,
)
from crm.changes.entity import Schema, build_schema
from crm.changes.safeguards import ALL, Safeguards
from crm.changes.view import Rulebook
from crm.conflicts import rules as conflicts
from crm.conflicts.entities import Conflict, Quarantine
from crm.contacts import rules as contacts
from crm.contacts.entities import Contact
from crm.customers import rules as customers
from crm.customers.entities import Customer, ShipToAddress
from crm.orders.entities import OrderLine, OrderSeal, SalesOrder
from crm.orders.rules import OrderRules
from crm.people import rules as people
from crm.people.entities import DataGrant, Division, User, UserRole
from crm.suppliers import rules as suppliers
from crm.suppliers.entities import Supplier
from crm.terms import rules as terms
from crm.terms.entities import PaymentTerms
from crm.territories import rules as territories
from crm.territories.entities import Territory, UserTerritory

SCHEMA_VERSION: Final = 2
"""Grows with every change of the entities; a changeset names the version it was made under."""

SCHEMA: Final[Schema] = build_schema(
    SCHEMA_VERSION,
    [
        # the directory: everybody holds it
        Division,
        User,
        UserRole,
        DataGrant,
        Territory,
        UserTerritory,
        # the catalogue: everybody holds it
        ProductCategory,
        TaxClass,
        TaxRate,
        Supplier,
        Product,
        ProductUnit,
        PriceList,
        PriceListEntry,
        DiscountRule,
        PaymentTerms,
        # a customer and what hangs on it
        Customer,
        ShipToAddress,
        Contact,
        CustomerPrice,
        SalesOrder,
        OrderLine,
        OrderSeal,
        ApprovalDecision,
        # what replication itself leaves for people
        Conflict,
        Quarantine,
    ],
)


def rulebook(safeguards: Safeguards = ALL) -> Rulebook:
    """Root table to the rules of its subject; tables that are not named merge by their policies alone.

    Only the tests of the tests pass other ``safeguards``.
    """
    return {
        **people.RULES,
        **territories.RULES,
        **catalogue.RULES,
        **suppliers.RULES,
        **terms.RULES,
        **customers.RULES,
        **contacts.RULES,
        **conflicts.RULES,
        "sales_order": OrderRules(safeguards),
    }


RULEBOOK: Final[Rulebook] = rulebook()
