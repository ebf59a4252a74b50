"""Pure decisions about territories.

Numbers: 3180 a field holds what it cannot (``field`` names it), 3181 the code is taken, 3182 the id of a link does not
follow from its two ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, cast

from crm.changes.entity import Row, Wire
from crm.changes.view import Change, Finding, Rulebook, View, Want
from crm.ids import DIRECTORY
from crm.rules import PlainRules, reject
from crm.territories.entities import user_territory_id

BAD_FIELD: Final = 3180
CODE_TAKEN: Final = 3181
BAD_LINK: Final = 3182


def territory_findings(row: Mapping[str, Wire]) -> Iterator[Finding]:
    """What is wrong with a territory by itself: it has a code and a name (3180)."""
    for name in ("code", "name"):
        if not str(row[name]).strip():
            yield reject(BAD_FIELD, f"The value of {name} is not acceptable.", field=name)


class TerritoryRules(PlainRules):
    """The rules of ``territory``."""

    def wants(self, view: View, roots: Iterable[Row]) -> Iterator[Want]:
        """Every territory: codes are compared."""
        if any(True for _ in roots):
            yield Want("territory", "unit", frozenset({bytes(DIRECTORY)}))

    def judge(self, view: View, change: Change) -> Iterator[Finding]:
        """Rejects what `territory_findings` names, and a code that another territory has or had (3181)."""
        after = change.after
        yield from territory_findings(after)
        if (change.before is None or "code" in change.fields) and any(
            other["code"] == after["code"] and other["id"] != after["id"]
            for other in view.children("territory", "unit", DIRECTORY)
        ):
            yield reject(CODE_TAKEN, "Another territory has this code.", field="code")


class UserTerritoryRules(PlainRules):
    """The row's id follows from person and territory."""

    def judge(self, view: View, change: Change) -> Iterator[Finding]:
        """Rejects a wrong id (3182)."""
        after = change.after
        if change.before is None and after["id"] != user_territory_id(
            cast(bytes, after["user_id"]), cast(bytes, after["territory_id"])
        ):
            yield reject(BAD_LINK, "The record's id does not follow from its two ends.")


RULES: Final[Rulebook] = {"territory": TerritoryRules(), "user_territory": UserTerritoryRules()}
"""The rules of this subject, by table."""
