"""Suppliers, part of the catalogue that everybody holds (R-098)."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import String
from sqlalchemy.orm import Mapped

from crm.changes.entity import Fixed, Replicated, Scope, field
from crm.changes.policies import LATEST, group
from crm.ids import CATALOGUE
from crm.rights import Right

_ADDRESS = group("address")


class Supplier(Replicated):
    """From whom products come, and whom to ask there (R-098). Products name their supplier."""

    __tablename__ = "supplier"
    scope: ClassVar[Scope] = Fixed(CATALOGUE)
    right: ClassVar[str] = Right.CATALOGUE_EDIT.value

    code: Mapped[str] = field(String(40))
    name: Mapped[str] = field(String(200))
    contact_name: Mapped[str] = field(String(100), default="")
    contact_title: Mapped[str] = field(String(100), default="")
    phone: Mapped[str] = field(String(40), default="")
    fax: Mapped[str] = field(String(40), default="")
    website: Mapped[str] = field(String(300), default="")
    address_country: Mapped[str] = field(String(2), policy=_ADDRESS, default="CN")
    """ISO 3166-1 alpha-2."""
    address_province: Mapped[str] = field(String(60), policy=_ADDRESS, default="")
    address_city: Mapped[str] = field(String(60), policy=_ADDRESS, default="")
    address_street: Mapped[str] = field(String(300), policy=_ADDRESS, default="")
    address_postcode: Mapped[str] = field(String(16), policy=_ADDRESS, default="")
    note: Mapped[str] = field(String(4000), policy=LATEST, default="")
