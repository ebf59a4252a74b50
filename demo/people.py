"""The people of the made-up company, with roles and places in the staff tree (R-233 to R-236)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from crm.changes.actor import Actor
from crm.changes.ops import Op
from crm.people.entities import user_role_id
from crm.people.states import AccountState
from crm.rights import Role, actor_of
from crm.schema import SCHEMA
from demo.ledger import Chance, Laptop, birth, change
from demo.names import Names
from demo.rows import Rows

GROUP: Final = "蓝岬户外传媒集团 Blue Cape Outdoor Media Group"


class Post(NamedTuple):
    """Somebody with a post. ``division`` None: people of the group itself."""

    name: str
    code: str
    job_title: str
    role: Role
    division: int | None


_SYSTEM_ADMIN: Final = Post(
    "程立 Cheng Li", "CLI", "系统管理员 System administrator", Role.SYSTEM_ADMIN, None
)
_GROUP_MANAGER: Final = Post("许国梁 Xu Guoliang", "XGL", "集团副总 Group manager", Role.GROUP_MANAGER, None)
_MARKETING: Final = Post("孙倩 Sun Qian", "SUQ", "市场专员 Marketing clerk", Role.MARKETING, None)
_HEAD: Final = Post("王海涛 Wang Haitao", "WHT", "版块负责人 Division head", Role.DIVISION_HEAD, 0)
_ADMIN: Final = Post("罗芳 Luo Fang", "LUF", "版块管理员 Division administrator", Role.DIVISION_ADMIN, 0)
_APPROVER: Final = Post("黄燕 Huang Yan", "HUY", "订单审批 Order desk", Role.APPROVER, 0)
_OTHER_HEAD: Final = Post("高远 Gao Yuan", "GAY", "版块负责人 Division head", Role.DIVISION_HEAD, 1)
_REPS: Final = (("林晓东 Lin Xiaodong", "LXD"), ("周婷 Zhou Ting", "ZHT"), ("何俊 He Jun", "HEJ"))

_DIVISIONS: Final = (
    ("HNM", "海南户外媒体 Hainan outdoor media"),
    ("EAM", "华东户外媒体 East China outdoor media"),
)


@dataclass
class Staff:
    """The people, and what makes them. ``rep_actors`` and ``laptops`` are in the order of ``reps``."""

    divisions: tuple[bytes, ...]
    system_admin: bytes
    group_manager: bytes
    head: bytes
    division_admin: bytes
    approver: bytes
    reps: tuple[bytes, ...]
    people: tuple[bytes, ...]
    rep_actors: tuple[Actor, ...]
    approver_actor: Actor
    laptops: tuple[Laptop, ...]
    ops: list[Op]
    activation: list[Op]
    """What opens the accounts, once they are there."""


class _Maker:
    def __init__(self, rows: Rows, chance: Chance, at_ms: int) -> None:
        self.rows = rows
        self.chance = chance
        self.at_ms = at_ms
        self.ops: list[Op] = []
        self.people: list[bytes] = []
        self.divisions: list[bytes] = []

    def division(self, code: str, name: str) -> None:
        row_id = self.chance.id_at(self.at_ms)
        row = self.rows.make("division", row_id, code=code, name=name, company=GROUP)
        self.ops.append(birth(SCHEMA["division"], row))
        self.divisions.append(row_id)

    def person(self, post: Post, superior: bytes | None, phone: str = "") -> bytes:
        row_id = self.chance.id_at(self.at_ms)
        row = self.rows.make(
            "app_user",
            row_id,
            name=post.name,
            rep_code=post.code,
            division_id=None if post.division is None else self.divisions[post.division],
            superior_id=superior,
            phone=phone,
            job_title=post.job_title,
            state=AccountState.APPROVED.value,
            is_travelling=int(post.role is Role.SALES_REP),
        )
        role = self.rows.make(
            "user_role", user_role_id(row_id, post.role.value), user_id=row_id, role=post.role.value
        )
        self.ops += [birth(SCHEMA["app_user"], row), birth(SCHEMA["user_role"], role)]
        self.people.append(row_id)
        return row_id


def make_staff(rows: Rows, chance: Chance, *, at_ms: int, reps: int) -> Staff:
    """Divisions and people; so many reps under the head of the first division."""
    maker = _Maker(rows, chance, at_ms)
    for code, name in _DIVISIONS:
        maker.division(code, name)
    system_admin = maker.person(_SYSTEM_ADMIN, None)
    manager = maker.person(_GROUP_MANAGER, None)
    maker.person(_MARKETING, manager)
    head = maker.person(_HEAD, manager)
    division_admin = maker.person(_ADMIN, head)
    approver = maker.person(_APPROVER, head)
    maker.person(_OTHER_HEAD, manager)
    names = Names(chance.random)
    rep_ids: list[bytes] = []
    laptops: list[Laptop] = []
    for number in range(reps):
        name, code = _REPS[number] if number < len(_REPS) else (names.human().both, f"R{number:03d}"[:4])
        post = Post(name, code, "业务员 Sales rep", Role.SALES_REP, 0)
        rep = maker.person(post, head, names.mobile())
        rep_ids.append(rep)
        laptops.append(Laptop(chance.id_at(at_ms), chance.id_at(at_ms), rep, code))
    division = maker.divisions[0]
    return Staff(
        divisions=tuple(maker.divisions),
        system_admin=system_admin,
        group_manager=manager,
        head=head,
        division_admin=division_admin,
        approver=approver,
        reps=tuple(rep_ids),
        people=tuple(maker.people),
        rep_actors=tuple(actor_of(rep, division_id=division, roles=[Role.SALES_REP]) for rep in rep_ids),
        approver_actor=actor_of(approver, division_id=division, roles=[Role.APPROVER], office=True),
        laptops=tuple(laptops),
        ops=maker.ops,
        activation=[
            change("app_user", person, state=(AccountState.APPROVED.value, AccountState.ACTIVE.value))
            for person in maker.people
        ],
    )
