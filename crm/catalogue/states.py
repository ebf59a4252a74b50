"""A product is on sale or retired; it is never purged."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from crm.changes.policies import Machine
from crm.rights import Right


class ProductState(StrEnum):
    """Whether a product may still be sold."""

    ACTIVE = "active"
    RETIRED = "retired"


PRODUCT_MACHINE: Final = Machine(
    name="product",
    start=ProductState.ACTIVE.value,
    moves={
        (ProductState.ACTIVE.value, ProductState.RETIRED.value): Right.CATALOGUE_EDIT.value,
        (ProductState.RETIRED.value, ProductState.ACTIVE.value): Right.CATALOGUE_EDIT.value,
    },
)
