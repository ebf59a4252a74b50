"""What the office can do with territories.

Errors common to all: `NotAllowed` 2002 nothing there, 2003 no right; `RuleBroken` 3180 a field holds what it cannot,
3181 the code is taken.
"""

from __future__ import annotations

from crm.changes.work import Work
from crm.errors import RuleBroken
from crm.people.queries import DIRECTORY_STANDING, find_user
from crm.rights import Right, demand
from crm.rules import enforce, row_of
from crm.territories import queries
from crm.territories.entities import Territory, UserTerritory, user_territory_id
from crm.territories.rules import CODE_TAKEN, territory_findings


def create_territory(work: Work, *, code: str, name: str, region: str = "") -> Territory:
    """A new territory."""
    _demand_directory(work)
    return _kept(
        work, Territory(id=work.new_id(), code=code.strip(), name=name.strip(), region=region.strip())
    )


def edit_territory(
    work: Work,
    territory_id: bytes,
    *,
    code: str | None = None,
    name: str | None = None,
    region: str | None = None,
) -> Territory:
    """Change what is given of a territory; None leaves it."""
    _demand_directory(work)
    territory = queries.find_territory(work.session, territory_id)
    territory.code = territory.code if code is None else code.strip()
    territory.name = territory.name if name is None else name.strip()
    territory.region = territory.region if region is None else region.strip()
    return _kept(work, territory)


def delete_territory(work: Work, territory_id: bytes) -> None:
    """Mark a territory as deleted; nobody is listed in it any more."""
    _demand_directory(work)
    queries.find_territory(work.session, territory_id).deleted = True
    work.session.flush()


def assign_territory(work: Work, user_id: bytes, territory_id: bytes) -> UserTerritory:
    """Let a person work in a territory. Giving it twice, or again after it was taken away, is the same row."""
    _demand_directory(work)
    find_user(work.session, user_id)
    queries.find_territory(work.session, territory_id)
    row_id = user_territory_id(user_id, territory_id)
    link = work.session.get(UserTerritory, row_id)
    if link is None:
        link = UserTerritory(id=row_id, user_id=user_id, territory_id=territory_id)
        work.session.add(link)
    link.deleted = False
    work.session.flush()
    return link


def withdraw_territory(work: Work, user_id: bytes, territory_id: bytes) -> None:
    """Take a territory away from a person; nothing happens when they do not have it."""
    _demand_directory(work)
    link = work.session.get(UserTerritory, user_territory_id(user_id, territory_id))
    if link is not None:
        link.deleted = True
        work.session.flush()


def _demand_directory(work: Work) -> None:
    demand(work.actor, Right.DIRECTORY_EDIT, DIRECTORY_STANDING)


def _kept(work: Work, territory: Territory) -> Territory:
    enforce(territory_findings(row_of(territory)))
    with work.session.no_autoflush:
        if any(other.id != territory.id for other in work.session.scalars(queries.with_code(territory.code))):
            raise RuleBroken(CODE_TAKEN, "Another territory has this code.", field="code")
    work.session.add(territory)
    work.session.flush()
    return territory
