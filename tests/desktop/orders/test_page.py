"""Following an order: its road, taking it back, withdrawing and revising it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from crm.approvals.actions import return_order
from crm.changes.actor import Actor, Extent
from crm.ids import PersonId
from crm.orders.entities import SalesOrder
from crm.rights import Right
from desktop.kit.notices import Kind
from desktop.screens.order.lines import Col
from desktop.store.reads.order import Holder, order_facts
from desktop.store.store import Store
from tests.desktop.conftest import Desk
from tests.desktop.orders.conftest import CTRL, Writer
from tests.desktop.stalls import Watch


def find_order(store: Store, state: str) -> bytes:
    with store.reading() as connection:
        found = connection.exec_driver_sql(
            "SELECT id FROM sales_order WHERE state = ? ORDER BY id DESC", (state,)
        ).scalar()
    assert isinstance(found, bytes)
    return found


def opened(qtbot: QtBot, desk: Desk, state: str) -> Writer:
    order_id = find_order(desk.session.store, state)
    desk.bench.open("order", {"id": order_id.hex()})
    writer = Writer(qtbot, desk)
    writer.settle()
    return writer


def submitted(writer: Writer) -> None:
    """An order of one line, submitted and not sent."""
    writer.line("P-0007", "12")
    writer.settle()
    writer.entry.head.wanted.setFocus()
    writer.type("+14")
    writer.submit()
    if writer.screen.is_writing:
        writer.submit()
    assert not writer.screen.is_writing


def offered(writer: Writer) -> set[str]:
    return {name for name, button in writer.page.buttons.items() if button.isVisible()}


def test_road_tells_each_step_with_time_and_person(qtbot: QtBot, desk: Desk) -> None:
    writer = opened(qtbot, desk, "approved")
    texts = writer.page.road.texts
    assert len(texts) == 3
    assert texts[0].startswith("Begun")
    assert texts[1].startswith("Submitted")
    assert texts[2].startswith("Approved")
    assert "黄燕" in texts[2]
    assert writer.page.road.holder == "The office: it is to be carried out."


def test_reason_of_a_rejection_stands_on_the_road(qtbot: QtBot, desk: Desk) -> None:
    writer = opened(qtbot, desk, "rejected")
    assert "no new order for now" in writer.page.road.texts[-1]
    assert writer.page.facts is not None
    assert writer.page.facts.holder is Holder.NOBODY


def test_certificate_of_a_line_is_shown_beside_it(qtbot: QtBot, desk: Desk) -> None:
    writer = opened(qtbot, desk, "approved")
    first = dict(writer.page.certificate.rows)["Product"]
    writer.press(Qt.Key.Key_J)
    writer.settle()
    assert dict(writer.page.certificate.rows)["Product"] != first


def test_seal_that_stands_is_named(qtbot: QtBot, desk: Desk) -> None:
    writer = opened(qtbot, desk, "approved")
    assert writer.page.facts is not None
    (seal,) = writer.page.facts.seals
    assert seal.hash.hex()[:16] in writer.page._seal.text()
    assert "stands" in writer.page._seal.text()


def test_unsent_order_is_taken_back_and_is_the_draft_it_was(writer: Writer) -> None:
    submitted(writer)
    assert offered(writer) == {"order.take_back", "order.cancel"}
    writer.press(Qt.Key.Key_B, CTRL)
    writer.settle()
    assert writer.screen.is_writing
    assert writer.codes() == ["P-0007"]
    assert writer.rows("SELECT count(*) FROM order_seal WHERE order_id = ?", writer.entry.order_id) == [(0,)]


def test_notice_of_submitting_takes_back_too(writer: Writer, desk: Desk) -> None:
    submitted(writer)
    desk.bench.notices.act_on_last()
    writer.settle()
    assert writer.screen.is_writing


def test_order_on_its_way_is_not_taken_back_but_withdrawn(writer: Writer, desk: Desk) -> None:
    submitted(writer)
    desk.session.store.outgoing(max_changesets=100, max_bytes=1_000_000)
    desk.bench.notices.act_on_last()
    writer.settle()
    assert not writer.screen.is_writing
    assert desk.bench.notices.cards[-1].notice.kind is Kind.LOOK


def test_withdrawn_order_is_revised_and_the_differences_are_shown(qtbot: QtBot, desk: Desk) -> None:
    writer = opened(qtbot, desk, "submitted")
    order_id = writer.screen.order_id
    assert offered(writer) == {"order.withdraw", "order.cancel"}
    writer.press(Qt.Key.Key_W, CTRL)
    writer.settle()
    assert writer.page.road.texts[-1].startswith("Withdrawn")
    assert offered(writer) == {"order.revise", "order.cancel"}
    writer.press(Qt.Key.Key_E, CTRL)
    writer.settle()
    assert writer.screen.is_writing
    assert writer.entry.revision == 2
    assert writer.entry.side.changes.texts == []
    before = writer.quantities()[0] // 1000
    writer.entry.grid.go(0, Col.QUANTITY)
    writer.type(str(before + 5))
    writer.enter()
    writer.settle()
    changes = writer.entry.side.changes.texts
    assert any(f"Quantity: {before} → {before + 5}" in change for change in changes)
    assert any(change.startswith("Total") for change in changes)
    writer.entry.leave()
    writer.settle()
    with desk.session.store.session() as session:
        facts = order_facts(session, order_id or b"")
    assert {difference.field for difference in facts.changed} >= {"quantity_milli", "net_minor"}


def test_returned_order_says_why_where_it_is_revised(qtbot: QtBot, desk: Desk, watch: Watch) -> None:
    store = desk.session.store
    order_id = find_order(store, "submitted")
    clerk = Actor(PersonId(bytes(16)), None, {right.value: Extent.ALL for right in Right}, office=True)
    with watch.aside(), store.unit_of_work("order.return", clerk) as work:
        seal_hash = work.session.get_one(SalesOrder, order_id).seal_hash
        return_order(work, order_id, seal_hash or b"", "第二行缺少地点")
    writer = opened(qtbot, desk, "returned")
    assert "第二行缺少地点" in writer.page.road.texts[-1]
    assert "wants something changed" in writer.page.road.holder
    writer.press(Qt.Key.Key_E, CTRL)
    writer.settle()
    assert writer.screen.is_writing
    assert writer.entry.returned.isVisible()
    assert "第二行缺少地点" in writer.entry.returned.text()


def test_draft_is_cancelled_for_good(writer: Writer, desk: Desk) -> None:
    writer.line("P-0007", "12")
    writer.entry.leave()
    writer.settle()
    assert desk.bench.commands.run("order.cancel")
    writer.settle()
    assert not writer.screen.is_writing
    assert writer.page.facts is not None
    assert writer.page.facts.state == "cancelled"
    assert offered(writer) == set()


def test_page_follows_what_happens_to_the_order(qtbot: QtBot, desk: Desk) -> None:
    from crm.orders.actions import withdraw_order

    writer = opened(qtbot, desk, "submitted")
    order_id = writer.screen.order_id or b""
    with desk.session.store.unit_of_work("order.withdraw", desk.session.actor()) as work:
        withdraw_order(work, order_id)
    writer.settle()
    assert writer.page.road.texts[-1].startswith("Withdrawn")


def test_escape_goes_back_to_the_list(qtbot: QtBot, desk: Desk) -> None:
    desk.bench.open("orders")
    Writer(qtbot, desk).settle()
    writer = opened(qtbot, desk, "approved")
    writer.press(Qt.Key.Key_Escape)
    writer.settle()
    assert desk.bench.screen_here is not None
    assert desk.bench.screen_here.name == "orders"
