"""What rules, actions and screens read of territories."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from crm.errors import Code, NotAllowed
from crm.territories.entities import Territory, UserTerritory


def territories() -> Select[Territory]:
    """Every territory that is not deleted, region by region, in order of name."""
    return (
        select(Territory)
        .where(Territory.deleted.is_(False))
        .order_by(Territory.region, Territory.name, Territory.id)
    )


def territories_of(user_id: bytes) -> Select[Territory]:
    """The territories in which a person works, in the same order."""
    links = select(UserTerritory.territory_id).where(
        UserTerritory.user_id == user_id, UserTerritory.deleted.is_(False)
    )
    return territories().where(Territory.id.in_(links))


def with_code(code: str) -> Select[Territory]:
    """Whichever territory has the code, deleted ones too."""
    return select(Territory).where(Territory.code == code)


def find_territory(session: Session, territory_id: bytes) -> Territory:
    """The territory.

    :raises NotAllowed: code 2002 when there is none, or it was deleted.
    """
    territory = session.get(Territory, territory_id)
    if territory is None or territory.deleted:
        raise NotAllowed(Code.NOT_FOUND, "There is no such territory.")
    return territory
