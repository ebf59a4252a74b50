"""What the doors beside push and pull take and give. In JSON, bytes are base64 text; ids in paths are UUID text."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from crm.changes.ops import Count, Head, Id

# No control characters: PostgreSQL stores no NUL, and people see none of the others.
_PLAIN = r"^(?![\s\S]*[\x00-\x1f\x7f])"
_NO_NUL = r"^(?![\s\S]*[\x00-\x08\x0b\x0c\x0e-\x1f])"

Line = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=_PLAIN)]
Version = Annotated[str, msgspec.Meta(max_length=40, pattern=_PLAIN)]
EnrolmentCode = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
Login = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Password = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Token = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Note = Annotated[str, msgspec.Meta(max_length=4000, pattern=_NO_NUL)]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=4000, pattern=_NO_NUL)]
UuidText = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
HashText = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class ErrorBody(msgspec.Struct, frozen=True):
    """What every refusal looks like. ``code`` is a number of `crm.errors`; ``details`` are for a program."""

    code: int
    message: str
    details: dict[str, int | str | bool | None]


class Hello(msgspec.Struct, frozen=True):
    """Who answers here, and what it speaks. ``office_ms`` is the office's clock in UTC milliseconds."""

    product: str
    product_version: str
    protocol: int
    schema_version: int
    office_ms: int
    zone: str


class CodeAnswer(msgspec.Struct, frozen=True):
    """A code that enrols one device."""

    code: str


class EnrolRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An installation asks to become a device. The device makes both ids and keeps them for the repeat."""

    code: EnrolmentCode
    device_id: Id
    incarnation: Id
    device_name: Line
    client_version: Version
    protocol: Count


class EnrolAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The device as the office knows it. ``rep_code`` and ``ordinal`` begin every number given offline."""

    device_id: bytes
    ordinal: int
    person: bytes
    name: str
    rep_code: str
    division_id: bytes | None
    access_token: str
    refresh_token: str
    expires_in_s: int
    office_ms: int
    zone: str
    protocol: int
    schema_version: int
    login: str | None = None


class SignInRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person without a device."""

    login: Login
    password: Password


class PasswordRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person changes their password."""

    login: Login
    password: Password
    new_password: Password


class RefreshRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Exchange a refresh token for the next pair."""

    refresh_token: Token


class TokenAnswer(msgspec.Struct, frozen=True):
    """A new pair of tokens; ``expires_in_s`` is about the access token."""

    access_token: str
    refresh_token: str
    expires_in_s: int
    person: bytes
    office_ms: int


class Done(msgspec.Struct, frozen=True):
    """It is done; there is nothing else to say."""

    done: bool = True


class WakeRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Wait for news beyond the cursor, at most ``timeout_s`` seconds."""

    cursor: dict[str, Head]
    timeout_s: Annotated[float, msgspec.Meta(ge=0, le=25)] = 25.0


class WakeAnswer(msgspec.Struct, frozen=True):
    """Whether a pull would bring something."""

    news: bool


class Decision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Approve the document that ``seal_hash`` (hexadecimal) names."""

    seal_hash: HashText
    note: Note = ""


class Refusal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Return or reject the document that ``seal_hash`` (hexadecimal) names; ``note`` tells the rep why."""

    seal_hash: HashText
    note: Reason


class OrderHead(msgspec.Struct, frozen=True):
    """An order in a list. Amounts are minor units of ``currency``; ``looks`` counts what deserves a look."""

    id: str
    number: str
    state: str
    revision: int
    customer_name: str
    rep_name: str
    order_date: str
    submitted_at: int | None
    currency: str
    net_total_minor: int
    tax_total_minor: int
    gross_total_minor: int
    looks: int


class OrderList(msgspec.Struct, frozen=True):
    """Orders, the longest waiting first. ``next`` continues the list; None at its end."""

    orders: list[OrderHead]
    next: str | None


class OrderLineView(msgspec.Struct, frozen=True):
    """One line. Quantities are thousandths of the unit, discounts and rates basis points."""

    line_no: int
    product_code: str
    product_name: str
    unit_name: str
    quantity_milli: int
    list_price_minor: int
    unit_price_minor: int
    discount_bp: int
    tax_rate_bp: int
    net_minor: int
    tax_minor: int
    gross_minor: int
    note: str


class DecisionView(msgspec.Struct, frozen=True):
    """A decision that was made about a sealed document."""

    decision: str
    revision: int
    seal_hash: str
    note: str
    decided_at: int
    decided_by: str


class OrderView(msgspec.Struct, frozen=True):
    """One order as an approver sees it. ``seal_hash`` (hexadecimal) names the document that stands, None before the
    first submit; ``looks`` says what deserves a look and why."""

    order: OrderHead
    lines: list[OrderLineView]
    seal_hash: str | None
    looks: list[dict[str, Any]]
    decisions: list[DecisionView]
    discount_bp: int
    discount_reason: str
    reference_no: str
    note: str
    delivery_place: str
    payment_terms_name: str
    wanted_on: str | None


class Decided(msgspec.Struct, frozen=True):
    """What the office made of a decision: ``outcome`` is the kind, ``state`` where the order stands now."""

    id: str
    state: str
    outcome: str
