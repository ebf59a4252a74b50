"""The person at work, read straight from the directory's rows: called for every push, so it asks twice and no more."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from crm.changes.actor import Actor
from crm.people.entities import DIVISION, PERSON
from crm.rights import actor_of
from sync_server.accounts.standing import demand_account
from sync_server.store.database import Database

_PERSON: Final = """
    SELECT u.state, u.division_id, r.role FROM app_user u
    LEFT JOIN user_role r ON r.user_id = u.id AND r.deleted = 0
    WHERE u.id = ? AND u.deleted = 0
"""

# UNION drops what was found already, so a ring in the tree ends.
_SEEN: Final = """
    WITH RECURSIVE below(id) AS (
        SELECT id FROM app_user WHERE superior_id = ? AND deleted = 0
        UNION
        SELECT u.id FROM app_user u JOIN below b ON u.superior_id = b.id WHERE u.deleted = 0
    )
    SELECT id FROM below
    UNION SELECT principal_id FROM data_grant WHERE user_id = ? AND deleted = 0 AND principal_kind = ?
    UNION SELECT u.id FROM data_grant g JOIN app_user u ON u.division_id = g.principal_id AND u.deleted = 0
        WHERE g.user_id = ? AND g.deleted = 0 AND g.principal_kind = ?
"""


def actor_for(database: Database, connection: Connection, person: bytes, *, office: bool) -> Actor:
    """The person with rights, staff tree and grants as they stand in this transaction (R-233 to R-236).

    ``office`` says that the action runs at the office itself. Says the same as `crm.people.queries.actor_for`, but
    raises where that gives an actor without rights.

    :raises NotAllowed: code 2006 when the account is frozen, 2004 when it is not open or nobody knows the person.
    """
    rows = database.rows(connection, _PERSON, (person,))
    demand_account(rows[0][0] if rows else None)
    seen = database.rows(connection, _SEEN, (person, person, PERSON, person, DIVISION))
    return actor_of(
        person,
        division_id=rows[0][1],
        roles=[role for _, _, role in rows if role is not None],
        below=(who for (who,) in seen if who != person),
        office=office,
    )
