"""What stands on an order on paper: letterhead, parties, lines, taxes, sums, terms, signatures (R-081, R-150).

All of it is text already, in the language of the document. Amounts are those of `crm.orders.amounts`, never computed anew;
the tax table adds up what the lines come to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from typing import cast

from crm.capitals import capitals
from crm.changes.entity import Row
from crm.orders.states import OrderState
from desktop.documents.speech import Speech
from desktop.kit.marks import QT_TRANSLATE_NOOP
from desktop.store.reads.order import OrderFacts


@dataclass(frozen=True)
class PaperLine:
    """One line of the table. ``detail`` stands small below the name."""

    cells: tuple[str, ...]
    detail: str = ""


@dataclass(frozen=True)
class Paper:
    """A document. ``facts`` and ``party`` are (caption, text); ``columns`` the heads of the table; ``taxes`` rows of (rate,
    net, tax, gross) with their heads first; ``sums`` (caption, amount), the last one the total.
    """

    language: str
    title: str
    number: str
    company: str
    sender: tuple[str, ...]
    notice: str
    party: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    lines: tuple[PaperLine, ...]
    taxes: tuple[tuple[str, ...], ...]
    sums: tuple[tuple[str, str], ...]
    in_words: str
    terms_title: str
    terms: tuple[str, ...]
    signatures: tuple[tuple[str, str], ...]
    sign_here: str
    footer: str
    page_of: str

    @property
    def texts(self) -> Iterator[str]:
        """Everything that stands on it."""
        return _texts(astuple(self))


def _texts(found: object) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, tuple):
        for each in found:
            yield from _texts(each)


COLUMNS = (
    "#",
    QT_TRANSLATE_NOOP("OrderPaper", "Code"),
    QT_TRANSLATE_NOOP("OrderPaper", "Product"),
    QT_TRANSLATE_NOOP("OrderPaper", "Quantity"),
    QT_TRANSLATE_NOOP("OrderPaper", "Unit"),
    QT_TRANSLATE_NOOP("OrderPaper", "Price"),
    QT_TRANSLATE_NOOP("OrderPaper", "Discount"),
    QT_TRANSLATE_NOOP("OrderPaper", "Tax rate"),
    QT_TRANSLATE_NOOP("OrderPaper", "Net"),
)
"""The heads of the table of lines; those from the fourth on but the fifth are figures."""


def order_paper(facts: OrderFacts, language: str) -> Paper:
    """The order on paper.

    :raises LocalFault: code 4402 when the translations of this installation are missing.
    """
    speech = Speech(language)
    say, order, currency = speech.say, facts.order, str(facts.order["currency"])
    write = speech.formats
    company = str(facts.division["company"] or facts.division["name"]) if facts.division is not None else ""
    seller = [str(facts.division["name"])] if facts.division is not None and facts.division["company"] else []
    if facts.rep is not None:
        seller.append(" · ".join(filter(None, (str(facts.rep["name"]), str(facts.rep["phone"])))))
    gross = facts.amounts.gross_total_minor
    in_words = say(QT_TRANSLATE_NOOP("OrderPaper", "Total in words"))
    return Paper(
        language=language,
        title=say(QT_TRANSLATE_NOOP("OrderPaper", "Sales order")),
        number=str(order["number"]),
        company=company,
        sender=tuple(seller),
        notice=_notice(facts, speech),
        party=_party(facts, speech),
        facts=_facts(facts, speech),
        columns=tuple(say(title) for title in COLUMNS),
        lines=tuple(_line(number, line, order, speech) for number, line in enumerate(facts.lines, start=1)),
        taxes=_taxes(facts.lines, currency, speech),
        sums=_sums(facts, speech),
        in_words=f"{in_words}：{capitals(gross, currency)}" if language == "zh_CN" else "",
        terms_title=say(QT_TRANSLATE_NOOP("OrderPaper", "Terms")),
        terms=_terms(facts, speech),
        signatures=(
            (say(QT_TRANSLATE_NOOP("OrderPaper", "For the seller")), company),
            (say(QT_TRANSLATE_NOOP("OrderPaper", "For the buyer")), str(order["customer_name"])),
        ),
        sign_here=say(QT_TRANSLATE_NOOP("OrderPaper", "Signature, seal, date")),
        footer=" · ".join(
            filter(None, (str(order["number"]), _version(order, speech), write.money(gross, currency)))
        ),
        page_of=say(QT_TRANSLATE_NOOP("OrderPaper", "Page {page} of {pages}")),
    )


def _version(order: Row, speech: Speech) -> str:
    revision = cast(int, order["revision"])
    text = speech.say(QT_TRANSLATE_NOOP("OrderPaper", "Version {number}"))
    return text.format(number=revision) if revision > 1 else ""


def _notice(facts: OrderFacts, speech: Speech) -> str:
    """What a reader must know before relying on it."""
    if facts.state is OrderState.DRAFT:
        return speech.say(QT_TRANSLATE_NOOP("OrderPaper", "Draft: not submitted, and not binding."))
    if facts.state in {OrderState.SUBMITTED, OrderState.IN_APPROVAL}:
        return speech.say(QT_TRANSLATE_NOOP("OrderPaper", "Submitted: not binding before it is approved."))
    if facts.state in {OrderState.RETURNED, OrderState.REJECTED, OrderState.WITHDRAWN, OrderState.CANCELLED}:
        text = speech.say(QT_TRANSLATE_NOOP("OrderPaper", "{state}: not binding."))
        return text.format(state=speech.state(facts.state.value))
    return ""


def _party(facts: OrderFacts, speech: Speech) -> tuple[tuple[str, str], ...]:
    say, customer, contact = speech.say, facts.customer, facts.contact
    told = [(say(QT_TRANSLATE_NOOP("OrderPaper", "Customer")), str(facts.order["customer_name"]))]
    if customer is not None:
        place = [customer[f"address_{part}"] for part in ("province", "city", "street", "postcode")]
        told.append(
            (say(QT_TRANSLATE_NOOP("OrderPaper", "Address")), " ".join(str(part) for part in place if part))
        )
        told.append(
            (say(QT_TRANSLATE_NOOP("OrderPaper", "Tax number")), str(customer["tax_registration_no"]))
        )
        told.append((say(QT_TRANSLATE_NOOP("OrderPaper", "Phone")), str(customer["phone"])))
    if contact is not None:
        told.append((say(QT_TRANSLATE_NOOP("OrderPaper", "Contact")), str(contact["name"])))
    return tuple((caption, text) for caption, text in told if text.strip())


def _facts(facts: OrderFacts, speech: Speech) -> tuple[tuple[str, str], ...]:
    say, order = speech.say, facts.order
    told = (
        (say(QT_TRANSLATE_NOOP("OrderPaper", "Date")), speech.day(order["order_date"])),
        (say(QT_TRANSLATE_NOOP("OrderPaper", "Delivery date")), speech.day(order["wanted_on"])),
        (say(QT_TRANSLATE_NOOP("OrderPaper", "Delivery place")), str(order["delivery_place"])),
        (say(QT_TRANSLATE_NOOP("OrderPaper", "Payment")), str(order["payment_terms_name"])),
        (say(QT_TRANSLATE_NOOP("OrderPaper", "Your reference")), str(order["reference_no"])),
        (say(QT_TRANSLATE_NOOP("OrderPaper", "Legal number")), str(order["legal_number"] or "")),
    )
    return tuple((caption, text) for caption, text in told if text.strip())


def _line(number: int, line: Row, order: Row, speech: Speech) -> PaperLine:
    write, currency = speech.formats, str(order["currency"])
    discount = cast(int, line["discount_bp"])
    cells = (
        str(number),
        str(line["product_code"]),
        str(line["product_name"]),
        write.quantity(cast(int, line["quantity_milli"])),
        str(line["unit_name"]),
        write.figures(cast(int, line["unit_price_minor"]), currency),
        write.rate(discount) if discount else "",
        write.rate(cast(int, line["tax_rate_bp"])),
        write.figures(cast(int, line["net_minor"]), currency),
    )
    own = (
        speech.day(line["wanted_on"]),
        str(line["delivery_place"]),
        str(line["note"]),
    )
    return PaperLine(cells, " · ".join(filter(None, own)))


def _taxes(lines: Sequence[Row], currency: str, speech: Speech) -> tuple[tuple[str, ...], ...]:
    by_rate: dict[int, list[int]] = {}
    for line in lines:
        sums = by_rate.setdefault(cast(int, line["tax_rate_bp"]), [0, 0, 0])
        for place, name in enumerate(("net_minor", "tax_minor", "gross_minor")):
            sums[place] += cast(int, line[name])
    say, write = speech.say, speech.formats
    heads = (
        say(QT_TRANSLATE_NOOP("OrderPaper", "Tax rate")),
        say(QT_TRANSLATE_NOOP("OrderPaper", "Net")),
        say(QT_TRANSLATE_NOOP("OrderPaper", "Tax")),
        say(QT_TRANSLATE_NOOP("OrderPaper", "With tax")),
    )
    rows = [
        (write.rate(rate), *(write.figures(amount, currency) for amount in sums))
        for rate, sums in sorted(by_rate.items())
    ]
    return (heads, *rows)


def _sums(facts: OrderFacts, speech: Speech) -> tuple[tuple[str, str], ...]:
    say, write, order, amounts = speech.say, speech.formats, facts.order, facts.amounts
    currency = str(order["currency"])
    told = []
    discount = cast(int, order["discount_bp"])
    if discount:
        text = say(QT_TRANSLATE_NOOP("OrderPaper", "Discount on the order, included"))
        told.append((text, write.rate(discount)))
    told += [
        (say(QT_TRANSLATE_NOOP("OrderPaper", "Net")), write.figures(amounts.net_total_minor, currency)),
        (say(QT_TRANSLATE_NOOP("OrderPaper", "Tax")), write.figures(amounts.tax_total_minor, currency)),
        (say(QT_TRANSLATE_NOOP("OrderPaper", "Total")), write.money(amounts.gross_total_minor, currency)),
    ]
    return tuple(told)


def _terms(facts: OrderFacts, speech: Speech) -> tuple[str, ...]:
    say, order = speech.say, facts.order
    prices = (
        say(QT_TRANSLATE_NOOP("OrderPaper", "Prices are without tax; the tax is shown for each line."))
        if order["is_net"]
        else say(
            QT_TRANSLATE_NOOP("OrderPaper", "Prices include tax; the tax in them is shown for each line.")
        )
    )
    told = [prices]
    if order["payment_terms_name"]:
        text = say(QT_TRANSLATE_NOOP("OrderPaper", "Payment: {terms}."))
        told.append(text.format(terms=order["payment_terms_name"]))
    told.append(
        say(
            QT_TRANSLATE_NOOP(
                "OrderPaper", "Delivery on the date and to the place above, unless a line says otherwise."
            )
        )
    )
    if order["note"]:
        told.append(" ".join(str(order["note"]).split()))
    if isinstance(order["seal_hash"], bytes):
        text = say(QT_TRANSLATE_NOOP("OrderPaper", "Fingerprint of the sealed document: {hash}"))
        told.append(text.format(hash=order["seal_hash"].hex()[:32]))
    return tuple(told)
