"""What rules and actions read of payment terms."""

from __future__ import annotations

from sqlalchemy import Select, select

from crm.terms.entities import PaymentTerms


def terms_on_offer() -> Select[PaymentTerms]:
    """The terms that can be agreed on today, the shortest first."""
    return (
        select(PaymentTerms)
        .where(PaymentTerms.deleted.is_(False), PaymentTerms.is_retired.is_(False))
        .order_by(PaymentTerms.days_net, PaymentTerms.code)
    )


def with_code(code: str) -> Select[PaymentTerms]:
    """Whichever terms have the code, retired and deleted ones too."""
    return select(PaymentTerms).where(PaymentTerms.code == code)
