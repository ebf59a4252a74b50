"""The library a customer is in (客户所在库), and who may move it (SM-01; R-013, R-014)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from crm.changes.policies import Machine
from crm.rights import Right


class Library(StrEnum):
    """Potential and trading customers are kept apart (BR-16)."""

    PUBLIC = "public"  # 公共资源库: nobody works on it
    POTENTIAL = "potential"  # 潜在客户库
    TRADING = "trading"  # 成交客户库; never goes back to the public pool by itself
    INVALID = "invalid"  # 无效回收库
    MERGED = "merged"  # the loser of a merge


_L = Library

LIBRARY: Final = Machine(
    name="customer_library",
    start=_L.POTENTIAL.value,
    moves={
        (_L.PUBLIC.value, _L.POTENTIAL.value): Right.CUSTOMER_EDIT.value,
        (_L.POTENTIAL.value, _L.PUBLIC.value): Right.CUSTOMER_EDIT.value,
        (_L.POTENTIAL.value, _L.TRADING.value): Right.CUSTOMER_EDIT.value,
        (_L.POTENTIAL.value, _L.INVALID.value): Right.CUSTOMER_EDIT.value,
        (_L.INVALID.value, _L.PUBLIC.value): Right.CUSTOMER_EDIT.value,
        (_L.PUBLIC.value, _L.MERGED.value): Right.CUSTOMER_MERGE.value,
        (_L.POTENTIAL.value, _L.MERGED.value): Right.CUSTOMER_MERGE.value,
        (_L.TRADING.value, _L.MERGED.value): Right.CUSTOMER_MERGE.value,
        (_L.INVALID.value, _L.MERGED.value): Right.CUSTOMER_MERGE.value,
    },
)
