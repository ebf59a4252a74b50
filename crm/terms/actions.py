"""What the office can do with payment terms."""

from __future__ import annotations

from crm.changes.actor import Standing
from crm.changes.work import Work
from crm.errors import Code, NotAllowed, RuleBroken
from crm.ids import COMPANY
from crm.rights import Right, demand
from crm.rules import enforce, row_of
from crm.terms import queries
from crm.terms.entities import PaymentTerms
from crm.terms.rules import CODE_TAKEN, terms_findings


def _demand_catalogue(work: Work) -> None:
    demand(work.actor, Right.CATALOGUE_EDIT, Standing(COMPANY, frozenset()))


def create_terms(
    work: Work, *, code: str, name: str, days_net: int, discount_days: int = 0, discount_bp: int = 0
) -> PaymentTerms:
    """New payment terms; days from the invoice, discount in basis points.

    :raises RuleBroken: 3130 a field holds what it cannot, 3131 the code is taken.
    """
    _demand_catalogue(work)
    terms = PaymentTerms(
        id=work.new_id(),
        code=code.strip(),
        name=name.strip(),
        days_net=days_net,
        discount_days=discount_days,
        discount_bp=discount_bp,
    )
    enforce(terms_findings(row_of(terms)))
    if work.session.scalars(queries.with_code(terms.code)).first() is not None:
        raise RuleBroken(CODE_TAKEN, "Other payment terms have this code.")
    work.session.add(terms)
    work.session.flush()
    return terms


def rename_terms(work: Work, terms_id: bytes, *, name: str) -> PaymentTerms:
    """Call the terms something else. What they grant is never edited once orders may name them: retire them instead."""
    terms = _find(work, terms_id)
    terms.name = name.strip()
    enforce(terms_findings(row_of(terms)))
    work.session.flush()
    return terms


def retire_terms(work: Work, terms_id: bytes) -> PaymentTerms:
    """Offer the terms no more. Customers and orders that have them keep them."""
    terms = _find(work, terms_id)
    terms.is_retired = True
    work.session.flush()
    return terms


def _find(work: Work, terms_id: bytes) -> PaymentTerms:
    _demand_catalogue(work)
    terms = work.session.get(PaymentTerms, terms_id)
    if terms is None or terms.deleted:
        raise NotAllowed(Code.NOT_FOUND, "There are no such payment terms.")
    return terms
