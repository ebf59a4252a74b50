"""By what customers and orders are filtered: the fields of the query language, with their words (docs/filters.md).

Orders of a customer are those that were placed and stand, as in the list of customers.
"""

from __future__ import annotations

from typing import Final

from crm.customers.entities import DealType
from crm.customers.states import Library
from crm.orders.states import PLACED, OrderState
from desktop.store.search.query_words import Choice, Kind, QueryField, Spoken

_STATES: Final = ", ".join(f"'{state}'" for state in sorted(PLACED))
_PLACED: Final = f"FROM sales_order o WHERE o.customer_id = t.id AND o.deleted = 0 AND o.state IN ({_STATES})"
_LINES: Final = "(SELECT count(*) FROM order_line l WHERE l.order_id = t.id AND l.deleted = 0)"
_REP: Final = Spoken(("rep", "owner"), ("销售代表", "负责人", "业务员"))
_GRADE: Final = Spoken(("tier", "grade"), ("等级", "客户等级", "级别"))
_CITY_ENDINGS: Final = ("市",)
_PROVINCE_ENDINGS: Final = ("省", "市", "自治区")
_CHANGED: Final = Spoken(("changed", "updated"), ("修改日期", "修改", "更新"))


def _of_customer(column: str) -> str:
    return f"(SELECT c.{column} FROM customer c WHERE c.id = t.customer_id)"


def _person(column: str) -> str:
    return f"(SELECT u.name FROM app_user u WHERE u.id = t.{column})"


LIBRARY_WORDS: Final = {
    Library.PUBLIC: Spoken(("Public pool", "pool"), ("公海",)),
    Library.POTENTIAL: Spoken(("Potential",), ("潜在客户", "潜在")),
    Library.TRADING: Spoken(("Trading",), ("成交客户", "成交")),
    Library.INVALID: Spoken(("Invalid",), ("无效客户", "无效")),
    Library.MERGED: Spoken(("Merged",), ("已合并",)),
}
STATE_WORDS: Final = {
    OrderState.DRAFT: Spoken(("Draft",), ("草稿",)),
    OrderState.SUBMITTED: Spoken(("Submitted",), ("已提交",)),
    OrderState.IN_APPROVAL: Spoken(("In approval",), ("审批中",)),
    OrderState.APPROVED: Spoken(("Approved",), ("已批准",)),
    OrderState.RETURNED: Spoken(("Returned",), ("已退回", "退回")),
    OrderState.REJECTED: Spoken(("Rejected",), ("已拒绝", "拒绝")),
    OrderState.WITHDRAWN: Spoken(("Withdrawn",), ("已撤回", "撤回")),
    OrderState.CANCELLED: Spoken(("Cancelled", "Canceled"), ("已取消", "取消")),
    OrderState.EXECUTING: Spoken(("In execution", "Executing"), ("执行中",)),
    OrderState.DELIVERED: Spoken(("Delivered",), ("已交货", "已送达")),
    OrderState.SETTLED: Spoken(("Settled",), ("已结算",)),
    OrderState.CLOSED: Spoken(("Closed",), ("已关闭",)),
    OrderState.RETURN_OPEN: Spoken(("Return under way",), ("退货处理中", "退货中")),
    OrderState.REFUNDED: Spoken(("Refunded",), ("已退款",)),
    OrderState.REPLACED: Spoken(("Replaced",), ("已换货",)),
}
DEAL_WORDS: Final = {
    DealType.RELATION: Spoken(("Relationship",), ("关系型", "关系")),
    DealType.PRICE: Spoken(("Price",), ("价格型", "价格")),
}
"""The words are those of the window, and some that people type; a test compares them."""

GRADE_WORDS: Final = {
    "vip": Spoken(("VIP",), ("VIP", "贵宾")),
    "major": Spoken(("Major",), ("主要", "重点", "重点客户")),
    "ordinary": Spoken(("Ordinary",), ("普通", "普通客户")),
    "small": Spoken(("Small",), ("小", "小型", "小客户")),
}
_GRADES: Final = tuple(Choice(value, words) for value, words in GRADE_WORDS.items())

CUSTOMER_FIELDS: Final = (
    QueryField("name", Kind.TEXT, "t.name", Spoken(("name",), ("名称", "客户名称")), may_be_empty=False),
    QueryField("grade", Kind.CHOICE, "t.grade", _GRADE, choices=_GRADES, is_open=True, is_listed=True),
    QueryField(
        "library", Kind.CHOICE, "t.library", Spoken(("status", "kind of customer"), ("客户库", "状态")), may_be_empty=False,
        choices=tuple(Choice(value.value, words) for value, words in LIBRARY_WORDS.items()),
    ),
    QueryField("city", Kind.TEXT, "t.address_city", Spoken(("city",), ("城市", "所在城市")), is_listed=True, endings=_CITY_ENDINGS),
    QueryField(
        "last_order", Kind.DAY, f"(SELECT max(o.order_date) {_PLACED})",
        Spoken(("last order", "last ordered"), ("最近订单", "最后订单", "最近下单")),
    ),
    QueryField(
        "orders", Kind.COUNT, f"(SELECT count(*) {_PLACED})",
        Spoken(("orders", "order count", "number of orders"), ("订单数", "订单数量")), may_be_empty=False,
    ),
    QueryField(
        "bought", Kind.MONEY,
        f"(SELECT ifnull(sum(o.gross_total_minor), 0) {_PLACED} AND o.currency = t.credit_currency)",
        Spoken(("bought", "turnover"), ("成交额", "购买额", "累计金额")), currency="t.credit_currency", may_be_empty=False,
    ),
    QueryField(
        "credit", Kind.MONEY, "t.credit_limit_minor", Spoken(("credit limit", "credit"), ("信用额度", "额度", "信用")),
        currency="t.credit_currency",
    ),
    QueryField("owner", Kind.PERSON, _person("owner_id"), _REP, person="t.owner_id", is_listed=True, may_be_empty=False),
    QueryField("phone", Kind.PHONE, "t.phone", Spoken(("phone", "telephone"), ("电话", "手机"))),
    QueryField("code", Kind.TEXT, "t.code", Spoken(("code", "customer code"), ("编码", "客户编码")), may_be_empty=False),
    QueryField("name_en", Kind.TEXT, "t.name_en", Spoken(("English name",), ("英文名称", "英文名"))),
    QueryField("province", Kind.TEXT, "t.address_province", Spoken(("province",), ("省份", "省")), is_listed=True, endings=_PROVINCE_ENDINGS),
    QueryField("street", Kind.TEXT, "t.address_street", Spoken(("street", "address"), ("街道", "地址"))),
    QueryField("region", Kind.TEXT, "t.region", Spoken(("region",), ("地区", "区域")), is_listed=True),
    QueryField("industry", Kind.TEXT, "t.industry", Spoken(("industry",), ("行业",)), is_listed=True),
    QueryField("source", Kind.TEXT, "t.source", Spoken(("source",), ("客户来源", "来源")), is_listed=True),
    QueryField(
        "deal_type", Kind.CHOICE, "t.deal_type", Spoken(("what decides a deal", "deal type"), ("成交关键", "成交类型")),
        choices=tuple(Choice(value.value, words) for value, words in DEAL_WORDS.items()),
    ),
    QueryField("email", Kind.TEXT, "t.email", Spoken(("email", "e-mail"), ("电子邮箱", "邮箱", "邮件"))),
    QueryField(
        "verified", Kind.DAY, "t.last_verified_on", Spoken(("last confirmed", "verified"), ("最近核实", "核实日期", "核实"))
    ),
    QueryField(
        "created", Kind.INSTANT, "t.created_at", Spoken(("created", "added"), ("创建日期", "创建", "新增")), may_be_empty=False
    ),
    QueryField("changed", Kind.INSTANT, "t.changed_at", _CHANGED, may_be_empty=False),
)  # fmt: skip
"""Those of most use first: they are offered in this order."""

ORDER_FIELDS: Final = (
    QueryField(
        "state", Kind.CHOICE, "t.state", Spoken(("status", "state"), ("状态", "订单状态")), may_be_empty=False,
        choices=tuple(Choice(state.value, words) for state, words in STATE_WORDS.items()),
    ),
    QueryField(
        "day", Kind.DAY, "t.order_date", Spoken(("order date", "date", "ordered"), ("下单日期", "订单日期", "日期")),
        may_be_empty=False,
    ),
    QueryField(
        "customer", Kind.TEXT, "t.customer_name", Spoken(("customer", "customer name"), ("客户", "客户名称")), may_be_empty=False
    ),
    QueryField(
        "gross", Kind.MONEY, "t.gross_total_minor", Spoken(("total", "gross", "amount"), ("总计", "金额", "合计")),
        currency="t.currency", may_be_empty=False,
    ),
    QueryField(
        "net", Kind.MONEY, "t.net_total_minor", Spoken(("net total", "net"), ("未税合计", "未税金额", "未税")),
        currency="t.currency", may_be_empty=False,
    ),
    QueryField(
        "number", Kind.TEXT, "t.number", Spoken(("number", "order number"), ("编号", "订单号", "单号")), may_be_empty=False
    ),
    QueryField("wanted", Kind.DAY, "t.wanted_on", Spoken(("wanted on", "delivery date", "wanted"), ("期望交货日期", "交货日期"))),
    QueryField("city", Kind.TEXT, _of_customer("address_city"), Spoken(("city",), ("城市", "客户城市")), is_listed=True, endings=_CITY_ENDINGS),
    QueryField("grade", Kind.CHOICE, _of_customer("grade"), _GRADE, choices=_GRADES, is_open=True, is_listed=True),
    QueryField("lines", Kind.COUNT, _LINES, Spoken(("lines", "number of lines"), ("行数", "明细数")), may_be_empty=False),
    QueryField(
        "discount", Kind.COUNT, "t.discount_bp / 100", Spoken(("discount percent", "discount"), ("折扣百分比", "折扣")),
        may_be_empty=False,
    ),
    QueryField("rep", Kind.PERSON, _person("rep_id"), _REP, person="t.rep_id", is_listed=True, may_be_empty=False),
    QueryField("currency", Kind.TEXT, "t.currency", Spoken(("currency",), ("币种", "货币")), is_listed=True, may_be_empty=False),
    QueryField("legal_number", Kind.TEXT, "t.legal_number", Spoken(("legal number",), ("法定编号", "正式编号"))),
    QueryField("reference", Kind.TEXT, "t.reference_no", Spoken(("reference", "customer's reference"), ("客户参考号", "参考号"))),
    QueryField("place", Kind.TEXT, "t.delivery_place", Spoken(("delivery place", "place"), ("交货地点", "送货地址"))),
    QueryField("note", Kind.TEXT, "t.note", Spoken(("note",), ("备注",))),
    QueryField("return_reason", Kind.TEXT, "t.return_reason", Spoken(("reason for return", "return reason"), ("退回原因",))),
    QueryField("revision", Kind.COUNT, "t.revision", Spoken(("revision",), ("修订版", "版本")), may_be_empty=False),
    QueryField("submitted", Kind.INSTANT, "t.submitted_at", Spoken(("submitted on", "submitted"), ("提交日期", "提交时间"))),
    QueryField("changed", Kind.INSTANT, "t.changed_at", _CHANGED, may_be_empty=False),
)  # fmt: skip
