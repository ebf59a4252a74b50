"""Rights, roles, and how far each right goes for each role (R-233 to R-236; domain model, 3.3).

A right is a word; how far it goes is an `Extent`. A person has the rights of all their roles, and of each right the
widest extent. Where the table of the sources is cut off or silent, the smaller right was taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from crm.changes.actor import Actor, Extent, Standing
from crm.changes.policies import Machine
from crm.errors import Code, NotAllowed, RuleBroken
from crm.ids import PersonId


class Right(StrEnum):
    """What a person may be allowed to do. The words are stored and travel: they are never given another meaning."""

    CUSTOMER_VIEW = "customer.view"
    CUSTOMER_EDIT = "customer.edit"  # customers, contacts, ship-to addresses, visits and actions on them
    CUSTOMER_ASSIGN = "customer.assign"  # give a customer to another person
    CUSTOMER_SHARE = "customer.share"  # let a colleague see or edit, without changing the owner
    CUSTOMER_MERGE = "customer.merge"  # join two records, rule on collisions
    CUSTOMER_CREDIT = "customer.credit"  # set the credit limit
    ORDER_WRITE = "order.write"
    ORDER_WITHDRAW = "order.withdraw"  # take back one's submitted order until it is decided
    ORDER_APPROVE = "order.approve"
    ORDER_EXECUTE = "order.execute"  # deliver, settle, close
    CATALOGUE_EDIT = "catalogue.edit"  # categories, products, units, taxes, payment terms
    PRICE_EDIT = "price.edit"  # price lists, customer prices, discount rules
    DIRECTORY_EDIT = "directory.edit"  # divisions, people, roles, grants
    ACCOUNT_REQUEST = "account.request"  # ask for an account to be opened, changed, closed
    ACCOUNT_APPROVE = "account.approve"  # the leader's signature on such a request
    ACCOUNT_MANAGE = "account.manage"  # carry it out
    ACCOUNT_FREEZE = "account.freeze"  # stop an account at once
    CONFLICT_RESOLVE = "conflict.resolve"
    OFFICE_READ = "office.read"  # read fields that never leave the office, in the console


class Role(StrEnum):
    """The five levels (R-233) and the working roles that the sources imply."""

    GROUP_MANAGER = "group_manager"
    DIVISION_HEAD = "division_head"
    SALES_REP = "sales_rep"
    DIVISION_ADMIN = "division_admin"
    SYSTEM_ADMIN = "system_admin"
    APPROVER = "approver"
    SERVICE = "service"
    MARKETING = "marketing"


FIVE_LEVELS: Final = (
    Role.GROUP_MANAGER,
    Role.DIVISION_HEAD,
    Role.SALES_REP,
    Role.DIVISION_ADMIN,
    Role.SYSTEM_ADMIN,
)
"""集团管理层、版块负责人、业务人员、版块管理员、系统管理员."""

_OWN, _TREE, _DIVISION, _ALL = Extent.OWN, Extent.TREE, Extent.DIVISION, Extent.ALL

_TABLE: dict[Role, dict[Right, Extent]] = {
    # Sees all divisions, is the last step of an approval, writes nothing (table 3.3, column 1).
    Role.GROUP_MANAGER: {
        Right.CUSTOMER_VIEW: _ALL,
        Right.CUSTOMER_ASSIGN: _ALL,
        Right.ORDER_APPROVE: _ALL,
        Right.ACCOUNT_APPROVE: _ALL,
        Right.OFFICE_READ: _ALL,
    },
    # The own division, every rep in it.
    Role.DIVISION_HEAD: {
        Right.CUSTOMER_VIEW: _DIVISION,
        Right.CUSTOMER_EDIT: _DIVISION,
        Right.CUSTOMER_ASSIGN: _DIVISION,
        Right.CUSTOMER_SHARE: _DIVISION,
        Right.CUSTOMER_MERGE: _DIVISION,
        Right.CUSTOMER_CREDIT: _DIVISION,
        Right.ORDER_WRITE: _DIVISION,
        Right.ORDER_WITHDRAW: _DIVISION,
        Right.ORDER_APPROVE: _DIVISION,
        Right.PRICE_EDIT: _DIVISION,
        Right.ACCOUNT_APPROVE: _DIVISION,
        Right.CONFLICT_RESOLVE: _DIVISION,
        Right.OFFICE_READ: _DIVISION,
    },
    # Own entries only; what is seen follows the staff tree and the grants.
    Role.SALES_REP: {
        Right.CUSTOMER_VIEW: _TREE,
        Right.CUSTOMER_EDIT: _OWN,
        Right.CUSTOMER_SHARE: _OWN,
        Right.ORDER_WRITE: _OWN,
        Right.ORDER_WITHDRAW: _OWN,
        Right.CONFLICT_RESOLVE: _OWN,
    },
    # Corrects the data of the division, assigns on request, asks for accounts.
    Role.DIVISION_ADMIN: {
        Right.CUSTOMER_VIEW: _DIVISION,
        Right.CUSTOMER_EDIT: _DIVISION,
        Right.CUSTOMER_ASSIGN: _DIVISION,
        Right.CUSTOMER_MERGE: _DIVISION,
        Right.ACCOUNT_REQUEST: _DIVISION,
        Right.CONFLICT_RESOLVE: _DIVISION,
        Right.OFFICE_READ: _DIVISION,
    },
    # Settings, accounts, catalogue; no business data (table 3.3, column 5).
    Role.SYSTEM_ADMIN: {
        Right.CATALOGUE_EDIT: _ALL,
        Right.PRICE_EDIT: _ALL,
        Right.DIRECTORY_EDIT: _ALL,
        Right.ACCOUNT_REQUEST: _ALL,
        Right.ACCOUNT_APPROVE: _ALL,
        Right.ACCOUNT_MANAGE: _ALL,
        Right.ACCOUNT_FREEZE: _ALL,
    },
    # Order clerks: submitted orders and their customers, whose data they correct.
    Role.APPROVER: {
        Right.CUSTOMER_VIEW: _DIVISION,
        Right.CUSTOMER_EDIT: _DIVISION,
        Right.CUSTOMER_MERGE: _DIVISION,
        Right.CUSTOMER_CREDIT: _DIVISION,
        Right.ORDER_APPROVE: _DIVISION,
        Right.ORDER_EXECUTE: _DIVISION,
        Right.PRICE_EDIT: _DIVISION,
        Right.CONFLICT_RESOLVE: _DIVISION,
        Right.OFFICE_READ: _DIVISION,
    },
    # After-sales: customers and what they hold; corrects data during a call.
    Role.SERVICE: {
        Right.CUSTOMER_VIEW: _DIVISION,
        Right.CUSTOMER_EDIT: _DIVISION,
        Right.CONFLICT_RESOLVE: _DIVISION,
    },
    # The group's marketing department: all divisions, crossings between them, carries out account changes.
    Role.MARKETING: {
        Right.CUSTOMER_VIEW: _ALL,
        Right.CUSTOMER_ASSIGN: _ALL,
        Right.CUSTOMER_MERGE: _ALL,
        Right.CATALOGUE_EDIT: _ALL,
        Right.PRICE_EDIT: _ALL,
        Right.DIRECTORY_EDIT: _ALL,
        Right.ACCOUNT_MANAGE: _ALL,
        Right.ACCOUNT_FREEZE: _ALL,
        Right.OFFICE_READ: _ALL,
    },
}

RIGHTS: Final[Mapping[Role, Mapping[Right, Extent]]] = MappingProxyType(
    {role: MappingProxyType(rights) for role, rights in _TABLE.items()}
)
"""Role to its rights. A right that is not named is not had (`Extent.NONE`)."""


def rights_of(roles: Iterable[str]) -> Mapping[str, Extent]:
    """What a person with these roles may do: of each right the widest extent.

    A role that this version does not know gives nothing: an older laptop never guesses at a newer role.
    """
    found: dict[str, Extent] = {}
    for name in roles:
        try:
            role = Role(name)
        except ValueError:
            continue
        for right, extent in RIGHTS[role].items():
            found[right.value] = max(extent, found.get(right.value, Extent.NONE))
    return found


def actor_of(
    person_id: bytes,
    *,
    division_id: bytes | None,
    roles: Iterable[str],
    below: Iterable[bytes] = (),
    office: bool = False,
) -> Actor:
    """The person at work. ``below`` is the people below in the staff tree and those whose data was granted (R-236)."""
    return Actor(
        id=PersonId(person_id),
        division_id=division_id,
        rights=rights_of(roles),
        office=office,
        below=frozenset(below),
    )


def demand(actor: Actor, right: str, standing: Standing | None) -> None:
    """Nothing when the person may use ``right`` on a unit that stands so; ``None`` is a unit nobody knows.

    :raises NotAllowed: code 2002 when there is no such unit, or the person has the right nowhere near it and so
        learns nothing about it; 2003 when the right is missing altogether.
    """
    if actor.extent(right) is Extent.NONE:
        raise NotAllowed(Code.NO_RIGHT, "You do not have the right to do this.", right=str(right))
    if standing is None or not actor.may(right, standing):
        raise NotAllowed(Code.NOT_FOUND, "There is nothing here that you may change.")


def demand_move(
    actor: Actor, machine: Machine, before: str, after: str, *, standing: Standing | None
) -> None:
    """Nothing when ``machine`` allows the move and the person has the right it needs.

    :raises RuleBroken: code 3001 when there is no such move.
    :raises NotAllowed: see `demand`.
    """
    right = machine.right_for(before, after)
    if right is None:
        raise RuleBroken(
            Code.ILLEGAL_MOVE,
            f"This cannot go from {before} to {after}.",
            machine=machine.name,
            before=before,
            after=after,
        )
    demand(actor, right, standing)
