"""Pure decisions about people: codes, the staff tree, who sees whose data (R-233 to R-236, R-249)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, cast

from crm.changes.entity import Row
from crm.changes.view import Change, Finding, Rulebook, View, Want
from crm.ids import DIRECTORY
from crm.people.entities import DIVISION, PERSON, data_grant_id, user_role_id
from crm.rights import Role
from crm.rules import PlainRules, reject

REP_CODE_TAKEN: Final = 3101
STAFF_RING: Final = 3102
BAD_REP_CODE: Final = 3103
DIVISION_CODE_TAKEN: Final = 3104
NO_SUCH_ROLE: Final = 3105
BAD_LINK: Final = (
    3106  # a role or grant whose id does not follow from its two ends, or that points to nothing
)
NAME_MISSING: Final = 3107

_REP_CODE: Final = re.compile(r"(?=[0-9]*[A-Z])[A-Z0-9]{2,4}")


def is_rep_code(text: str) -> bool:
    """Whether ``text`` may be a rep's code: 2 to 4 capital letters or digits, at least one letter."""
    return _REP_CODE.fullmatch(text) is not None


def closes_a_ring(superiors: Mapping[bytes, bytes | None], person: bytes, superior: bytes | None) -> bool:
    """Whether ``person`` would come to stand above themselves with this superior.

    ``superiors`` maps a person to their superior; a ring that it holds already elsewhere does not matter.
    """
    seen = {person}
    above = superior
    while above is not None:
        if above == person:
            return True
        if above in seen:
            return False
        seen.add(above)
        above = superiors.get(above)
    return False


def people_below(superiors: Mapping[bytes, bytes | None], person: bytes) -> frozenset[bytes]:
    """Everyone below ``person`` in the staff tree, at any depth, without the person (R-236)."""
    reports: dict[bytes, list[bytes]] = {}
    for who, superior in superiors.items():
        if superior is not None:
            reports.setdefault(superior, []).append(who)
    found: set[bytes] = set()
    waiting = [person]
    while waiting:
        for who in reports.get(waiting.pop(), ()):
            if who not in found and who != person:
                found.add(who)
                waiting.append(who)
    return frozenset(found)


def data_seen(
    superiors: Mapping[bytes, bytes | None],
    divisions: Mapping[bytes, bytes | None],
    grants: Iterable[tuple[str, bytes]],
    person: bytes,
) -> frozenset[bytes]:
    """Whose data ``person`` may see beside their own: the tree below, and what was granted (R-236, BR-11).

    ``divisions`` maps a person to their division. A granted person brings themselves, not their tree; a granted
    division brings everybody in it. An unknown kind of grant brings nothing.
    """
    found = set(people_below(superiors, person))
    for kind, principal in grants:
        if kind == PERSON:
            found.add(principal)
        elif kind == DIVISION:
            found.update(who for who, division in divisions.items() if division == principal)
    found.discard(person)
    return frozenset(found)


def _directory(table: str) -> Want:
    return Want(table, "unit", frozenset({bytes(DIRECTORY)}))


def _name_findings(row: Row) -> Iterator[Finding]:
    if not str(row["name"]).strip():
        yield reject(NAME_MISSING, "A name is needed.")


class DivisionRules(PlainRules):
    """A division has a name and a code of its own."""

    def wants(self, view: View, roots: Iterable[Row]) -> Iterator[Want]:
        """Every division."""
        if any(True for _ in roots):
            yield _directory("division")

    def judge(self, view: View, change: Change) -> Iterator[Finding]:
        """Rejects a missing name (3107) and a code that another division has or had (3104)."""
        yield from _name_findings(change.after)
        if change.before is None and any(
            other["code"] == change.after["code"] and other["id"] != change.after["id"]
            for other in view.children("division", "unit", DIRECTORY)
        ):
            yield reject(DIVISION_CODE_TAKEN, "Another division has this code.")


class UserRules(PlainRules):
    """A rep's code is of the right form and never used again; nobody is their own superior's superior."""

    def wants(self, view: View, roots: Iterable[Row]) -> Iterator[Want]:
        """Every person, those who left too: codes and the tree span the whole directory."""
        if any(True for _ in roots):
            yield _directory("app_user")

    def judge(self, view: View, change: Change) -> Iterator[Finding]:
        """Rejects a missing name (3107), a bad (3103) or used code (3101), and a ring in the staff tree (3102)."""
        after = change.after
        yield from _name_findings(after)
        if change.before is None:
            if not is_rep_code(str(after["rep_code"])):
                yield reject(BAD_REP_CODE, "A rep's code is 2 to 4 capital letters or digits.")
            if any(
                other["rep_code"] == after["rep_code"] and other["id"] != after["id"]
                for other in view.children("app_user", "unit", DIRECTORY)
            ):
                yield reject(REP_CODE_TAKEN, "This code was given before; a rep's code is never used again.")
        if change.before is None or "superior_id" in change.fields:
            superiors = {
                cast(bytes, row["id"]): cast("bytes | None", row["superior_id"])
                for row in view.children("app_user", "unit", DIRECTORY)
                if not row["deleted"]
            }
            if closes_a_ring(superiors, cast(bytes, after["id"]), cast("bytes | None", after["superior_id"])):
                yield reject(STAFF_RING, "Nobody can stand above themselves in the staff tree.")


class UserRoleRules(PlainRules):
    """The office gives only roles it knows, and the row's id follows from person and role."""

    def judge(self, view: View, change: Change) -> Iterator[Finding]:
        """Rejects an unknown role (3105) and a wrong id (3106)."""
        after = change.after
        if change.before is not None:
            return
        if after["role"] not in set(Role):
            yield reject(NO_SUCH_ROLE, "There is no such role.")
        if after["id"] != user_role_id(cast(bytes, after["user_id"]), str(after["role"])):
            yield reject(BAD_LINK, "The record's id does not follow from person and role.")


class DataGrantRules(PlainRules):
    """What is granted exists, and the row's id follows from its two ends."""

    def wants(self, view: View, roots: Iterable[Row]) -> Iterator[Want]:
        """The granted people and divisions."""
        principals: dict[str, set[bytes]] = {}
        for row in roots:
            principal = row["principal_id"]
            if isinstance(principal, bytes):
                principals.setdefault(_principal_table(row), set()).add(principal)
        for table, ids in principals.items():
            yield Want(table, "id", frozenset(ids))

    def judge(self, view: View, change: Change) -> Iterator[Finding]:
        """Rejects a wrong id, an unknown kind, and a principal that is not there (3106)."""
        after = change.after
        if change.before is not None:
            return
        principal = cast(bytes, after["principal_id"])
        if after["id"] != data_grant_id(cast(bytes, after["user_id"]), principal):
            yield reject(BAD_LINK, "The record's id does not follow from its two ends.")
        if (
            after["principal_kind"] not in (PERSON, DIVISION)
            or view.get(_principal_table(after), principal) is None
        ):
            yield reject(BAD_LINK, "There is no such person or division.")


def _principal_table(row: Row) -> str:
    return "division" if row["principal_kind"] == DIVISION else "app_user"


RULES: Final[Rulebook] = {
    "division": DivisionRules(),
    "app_user": UserRules(),
    "user_role": UserRoleRules(),
    "data_grant": DataGrantRules(),
}
"""The rules of this subject, by table."""
