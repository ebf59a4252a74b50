"""What the made-up company sells: places for advertising by the month, and what is put up there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

from crm.changes.entity import Row
from crm.changes.ops import Op
from crm.money import BASIS_POINTS, MILLI, round_half_up
from crm.rights import Role
from crm.schema import SCHEMA
from demo.ledger import Chance, birth
from demo.rows import Rows

CURRENCY: Final = "CNY"
SEASON_DAYS: Final = 180
"""The standing price list is half a year old; before it another one held."""


class Grade(NamedTuple):
    """A grade of customers, how many of a hundred have it, and the discount a rep may give them (R-104)."""

    name: str
    share: int
    discount_bp: int


GRADES: Final = (
    Grade("vip", 5, 1000),
    Grade("major", 20, 500),
    Grade("ordinary", 55, 300),
    Grade("small", 20, 0),
)


class Kind(NamedTuple):
    """A lower category with what its products are made of. Prices are whole yuan per base unit."""

    code: str
    name: str
    above: str
    unit: str
    pack: tuple[str, int] | None
    tax: str
    lowest: int
    highest: int
    patterns: tuple[str, ...]


_TOP: Final = (("M", "户外媒体 Outdoor media"), ("T", "交通媒体 Transit media"), ("P", "制作服务 Production"))
_KINDS: Final = (
    Kind("M-PB", "单立柱 Billboards", "M", "面·月", ("季", 3), "S6", 18_000, 46_000, ("{road} K{km} 单立柱 18m×6m", "{road} 收费站单立柱 21m×7m")),
    Kind("M-LED", "LED大屏 LED screens", "M", "月", ("季", 3), "S6", 15_000, 60_000, ("{place} LED 大屏 15 秒", "{place} LED 大屏 30 秒")),
    Kind("M-LB", "灯箱 Light boxes", "M", "个·月", ("组(10)", 10), "S6", 600, 2_400, ("{place}步行街灯箱", "{place}地下通道灯箱")),
    Kind("T-BS", "候车亭 Bus shelters", "T", "座·月", ("组(10)", 10), "S6", 900, 3_200, ("{street}候车亭", "{place}枢纽候车亭")),
    Kind("T-BB", "公交车身 Bus bodies", "T", "辆·月", ("车队(5)", 5), "S6", 2_600, 6_800, ("{km} 路公交全车身", "{km} 路公交侧身")),
    Kind("T-AP", "候机楼 Air terminals", "T", "月", ("季", 3), "S6", 28_000, 88_000, ("{place}候机楼灯箱", "{place}到达厅刷屏机")),
    Kind("P-PR", "画面喷绘 Printing", "P", "平方米", ("卷(50)", 50), "G13", 18, 65, ("户外灯布喷绘 {km}0g", "车身贴喷绘 {km}0g")),
    Kind("P-IN", "安装维护 Installation", "P", "次", None, "S6", 300, 2_800, ("{place}上画安装", "{place}夜间检修")),
)  # fmt: skip
_ROADS: Final = ("海榆中线", "东线高速", "西线高速", "环岛旅游公路", "绕城快线", "疏港大道", "中线高速")
_PLACES: Final = ("国兴", "日月湾", "龙昆", "海甸", "大东海", "世纪桥", "万绿园", "白沙门", "博鳌", "清水湾")
_STREETS: Final = ("海秀路", "解放路", "滨海大道", "迎宾路", "蓝天路", "和平大道")


class Special(NamedTuple):
    """A product that the story tells of."""

    number: int
    kind: str
    name: str
    yuan: int


SPECIALS: Final = (
    Special(7, "M-PB", "三亚绕城高速 K12 单立柱 18m×6m", 38_000),
    Special(21, "M-LED", "海口国贸 LED 大屏 15 秒", 26_000),
)


class Terms(NamedTuple):
    """Payment terms."""

    code: str
    name: str
    days_net: int
    discount_days: int
    discount_bp: int


_TERMS: Final = (
    Terms("CASH", "款到发布 Payment in advance", 0, 0, 0),
    Terms("N30", "月结30天 30 days net", 30, 0, 0),
    Terms("N60", "月结60天, 10天内98折 60 days net, 2 % within 10 days", 60, 10, 200),
)


@dataclass
class Catalogue:
    """The rows that others refer to."""

    products: list[Row]
    terms: list[Row]
    standard: Row
    """The price list that holds today."""
    lists: list[Row]
    """Every version of every list."""
    ops: list[list[Op]]
    """What makes all of it, in portions of one changeset each."""


def make_catalogue(rows: Rows, chance: Chance, *, at_ms: int, today: date, products: int) -> Catalogue:
    """A catalogue of so many products, with prices that hold from long ago until further notice."""
    return _Maker(rows, chance, at_ms, today).make(products)


class _Maker:
    def __init__(self, rows: Rows, chance: Chance, at_ms: int, today: date) -> None:
        self.rows = rows
        self.chance = chance
        self.at_ms = at_ms
        self.today = today
        self.made: list[Row] = []
        self.ops: list[Op] = []

    def new(self, table: str, **values: int | str | bytes | None) -> Row:
        row = self.rows.make(table, self.chance.id_at(self.at_ms), **values)
        self.ops.append(birth(SCHEMA[table], row))
        return row

    def make(self, count: int) -> Catalogue:
        terms = [self.new("payment_terms", **each._asdict()) for each in _TERMS]
        taxes = {
            "S6": self.new("tax_class", code="S6", name="广告服务 Advertising services"),
            "G13": self.new("tax_class", code="G13", name="货物 Goods"),
        }
        for code, rate in (("S6", 600), ("G13", 1300)):
            self.new("tax_rate", tax_class_id=taxes[code]["id"], rate_bp=rate, valid_from="2019-04-01")
        top = {code: self.new("product_category", code=code, name=name) for code, name in _TOP}
        kinds = {
            kind.code: self.new(
                "product_category", code=kind.code, name=kind.name, parent_id=top[kind.above]["id"]
            )
            for kind in _KINDS
        }
        lists = self._price_lists()
        self._discounts(kinds["M-LED"])
        products = [self._product(number, taxes, kinds, lists) for number in range(1, count + 1)]
        return Catalogue(products, terms, lists[1], lists, _portions(self.ops))

    def _price_lists(self) -> list[Row]:
        """Last season's standard list, this season's, and the agencies'."""
        turn = self.today - timedelta(days=SEASON_DAYS)
        long_ago = (self.today - timedelta(days=3 * 365)).isoformat()
        standard = "刊例价 Standard list"
        return [
            self.new(
                "price_list", code="01-STD", name=standard, version_label="1", currency=CURRENCY,
                valid_from=long_ago, valid_to=(turn - timedelta(days=1)).isoformat(),
            ),
            self.new(
                "price_list", code="01-STD", name=standard, version_label="2", currency=CURRENCY,
                valid_from=turn.isoformat(),
            ),
            self.new(
                "price_list", code="02-AGENCY", name="代理价 Agency list", version_label="1", currency=CURRENCY,
                valid_from=long_ago,
            ),
        ]  # fmt: skip

    def _discounts(self, screens: Row) -> None:
        for grade in GRADES:
            for role, factor in ((Role.SALES_REP, 1), (Role.DIVISION_HEAD, 2)):
                self.new(
                    "discount_rule",
                    name=f"{grade.name}, {role.value}",
                    role=role.value,
                    grade=grade.name,
                    max_discount_bp=factor * grade.discount_bp,
                )
        self.new(
            "discount_rule",
            name="LED screens, large orders",
            category_id=screens["id"],
            min_amount_minor=500_000_00,
            currency=CURRENCY,
            max_discount_bp=800,
        )

    def _product(
        self, number: int, taxes: dict[str, Row], kinds: dict[str, Row], lists: Sequence[Row]
    ) -> Row:
        draw = self.chance.random
        special = next((each for each in SPECIALS if each.number == number), None)
        kind = next(
            kind
            for place, kind in enumerate(_KINDS)
            if (kind.code == special.kind if special else place == number % len(_KINDS))
        )
        yuan = special.yuan if special else _tidy(draw.randrange(kind.lowest, kind.highest))
        price = yuan * 100
        name = special.name if special else self._name(kind, number)
        product = self.new(
            "product",
            code=f"P-{number:04d}",
            name=name,
            category_id=kinds[kind.code]["id"],
            base_unit=kind.unit,
            tax_class_id=taxes[kind.tax]["id"],
            cost_minor=price * 55 // 100,
            floor_price_minor=price * 75 // 100,
            cost_currency=CURRENCY,
        )
        pack = None
        if kind.pack is not None:
            pack = self.new(
                "product_unit",
                product_id=product["id"],
                name=kind.pack[0],
                factor_milli=kind.pack[1] * MILLI,
            )
        last_season = price * 96 // 100 // 100 * 100
        for price_list, minor in zip(lists, (last_season, price, price * 92 // 100), strict=True):
            self._entries(price_list, product, minor, None if special else pack, kind)
        return product

    def _entries(self, price_list: Row, product: Row, minor: int, pack: Row | None, kind: Kind) -> None:
        ends = {"price_list_id": price_list["id"], "product_id": product["id"]}
        self.new("price_list_entry", **ends, price_minor=minor)
        if pack is None or kind.pack is None:
            return
        self.new(
            "price_list_entry",
            **ends,
            min_quantity_milli=2 * kind.pack[1] * MILLI,
            price_minor=round_half_up(minor * 9_700, BASIS_POINTS),
        )
        self.new(
            "price_list_entry",
            **ends,
            product_unit_id=pack["id"],
            price_minor=round_half_up(minor * kind.pack[1] * 9_500, BASIS_POINTS),
        )

    def _name(self, kind: Kind, number: int) -> str:
        draw = self.chance.random
        pattern = kind.patterns[number // len(_KINDS) % len(kind.patterns)]
        name = pattern.format(
            road=draw.choice(_ROADS), place=draw.choice(_PLACES), street=draw.choice(_STREETS), km=number
        )
        return f"{name} {number:04d}"


def _tidy(yuan: int) -> int:
    """A price as people set it: two leading digits."""
    step = int("1" + "0" * (len(str(yuan)) - 2))
    return yuan // step * step


def _portions(ops: list[Op], size: int = 400) -> list[list[Op]]:
    return [ops[start : start + size] for start in range(0, len(ops), size)]
