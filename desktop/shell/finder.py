"""What Ctrl+K finds beside commands: customers, contacts, places of delivery, orders, each where it is opened (R-016)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection

from crm.changes.view import Key
from desktop.kit import words
from desktop.kit.screen import Found
from desktop.store.reads.captions import Caption, captions
from desktop.store.search.find import Hit, search

_ICONS: Final = {
    "customer": "customer",
    "contact": "person",
    "ship_to_address": "location",
    "sales_order": "order",
}
KINDS: Final = tuple(_ICONS)
"""Tables whose rows have a page, or stand on one."""


def find_records(connection: Connection, text: str, limit: int) -> Sequence[Found]:
    """See `desktop.kit.screen.Finder`."""
    hits = search(connection, text, kinds=KINDS, limit=limit)[:limit]
    known = captions(
        connection, {("customer", hit.customer_id) for hit in hits if hit.customer_id is not None}
    )
    return [_found(hit, known) for hit in hits]


def _found(hit: Hit, known: Mapping[Key, Caption]) -> Found:
    owner = hit.customer_id
    caption = known.get(("customer", owner)) if owner is not None else None
    within = caption.title if caption is not None and hit.kind != "customer" else ""
    # What matched is said where the title does not show it.
    matched = (
        "" if hit.shown in (hit.title, hit.subtitle) else f"{words.field(hit.kind, hit.field)}: {hit.shown}"
    )
    detail = " · ".join(dict.fromkeys(part for part in (within, hit.subtitle, matched) if part))
    if hit.kind == "sales_order":
        return Found(hit.title, detail, _ICONS[hit.kind], "order", {"id": hit.id.hex()})
    return Found(hit.title, detail, _ICONS[hit.kind], "customer", {"id": (owner or hit.id).hex()})
