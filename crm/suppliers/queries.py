"""What rules, actions and screens read of suppliers."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from crm.errors import Code, NotAllowed
from crm.suppliers.entities import Supplier


def suppliers() -> Select[Supplier]:
    """Every supplier that is not deleted, in order of name (R-098)."""
    return select(Supplier).where(Supplier.deleted.is_(False)).order_by(Supplier.name, Supplier.id)


def with_code(code: str) -> Select[Supplier]:
    """Whichever supplier has the code, deleted ones too."""
    return select(Supplier).where(Supplier.code == code)


def find_supplier(session: Session, supplier_id: bytes) -> Supplier:
    """The supplier.

    :raises NotAllowed: code 2002 when there is none, or it was deleted.
    """
    supplier = session.get(Supplier, supplier_id)
    if supplier is None or supplier.deleted:
        raise NotAllowed(Code.NOT_FOUND, "There is no such supplier.")
    return supplier
