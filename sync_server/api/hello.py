"""Who answers here: the first thing a program asks, before it has any token."""

from __future__ import annotations

from typing import Final

from crm.changes.ops import PROTOCOL
from sync_server.api.messages import Hello
from sync_server.api.operation import Call, Operation

PRODUCT: Final = "Roundsman"


def hello(call: Call, _message: None) -> Hello:
    """The office's name, versions and clock."""
    office = call.services.office
    with office.database.snapshot() as connection:
        office_ms = office.database.now_ms(connection)
    return Hello(
        PRODUCT, call.services.product_version, PROTOCOL, office.schema.version, office_ms, office.zone
    )


OPERATIONS: Final = (
    Operation(
        name="hello",
        method="GET",
        path="/v1/hello",
        summary="Who answers here, which versions it speaks, and what time it is.",
        answer=Hello,
        run=hello,
        is_open=True,
    ),
)
