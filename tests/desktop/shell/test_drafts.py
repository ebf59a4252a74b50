"""What is typed into a form is kept: after a pause, when the keyboard leaves, at the end; and comes back."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.kit.drafts import FormDraft, told
from desktop.kit.format import formats
from desktop.kit.session import Session
from desktop.store import drafts
from desktop.store.drafts import Draft
from tests.desktop.conftest import settle
from tests.desktop.copies import NOW_MS


class Form(QWidget):
    """One field."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.line = QLineEdit()
        QVBoxLayout(self).addWidget(self.line)
        self.found: list[Draft] = []
        self.draft = FormDraft(session, self, "customer.new", self.read)
        self.draft.restored.connect(self.found.append)
        self.line.textEdited.connect(lambda _text: self.draft.touch())

    def read(self) -> dict[str, drafts.Typed] | None:
        return {"name": self.line.text()} if self.line.text() else None


@pytest.fixture
def form(qtbot: QtBot, session: Session) -> Form:
    form = Form(session)
    qtbot.addWidget(form)
    form.show()
    form.line.setFocus()
    form.draft.begin()
    settle(session)
    return form


def kept(session: Session) -> list[str]:
    settle(session)
    with session.store.reading() as connection:
        return [str(draft.values["name"]) for draft in drafts.every(connection)]


def test_it_is_kept_after_a_pause(qtbot: QtBot, session: Session, form: Form) -> None:
    form.draft._pause.setInterval(20)
    qtbot.keyClicks(form.line, "Haikou")
    assert kept(session) == []
    qtbot.waitUntil(lambda: kept(session) == ["Haikou"])


def test_it_is_kept_when_the_keyboard_leaves(qtbot: QtBot, session: Session, form: Form) -> None:
    qtbot.keyClicks(form.line, "Haikou")
    form.line.clearFocus()
    assert kept(session) == ["Haikou"]


def test_it_is_kept_when_the_form_is_hidden(qtbot: QtBot, session: Session, form: Form) -> None:
    qtbot.keyClicks(form.line, "Haikou")
    form.hide()
    assert kept(session) == ["Haikou"]


def test_it_is_kept_before_the_session_ends(qtbot: QtBot, session: Session, form: Form) -> None:
    qtbot.keyClicks(form.line, "Haikou")
    session.close()
    session.store.writer.close()
    with session.store.reading() as connection:
        assert len(drafts.every(connection)) == 1


def test_it_comes_back_and_says_from_when(qtbot: QtBot, session: Session, form: Form) -> None:
    qtbot.keyClicks(form.line, "Haikou")
    form.hide()
    settle(session)
    again = Form(session)
    qtbot.addWidget(again)
    again.draft.begin()
    settle(session)
    assert [draft.values for draft in again.found] == [{"name": "Haikou"}]
    time = formats().moment(NOW_MS, NOW_MS)
    assert told(again.found[0], NOW_MS) == f"What you typed is not saved yet ({time})."


def test_what_is_typed_before_the_answer_is_not_overwritten(
    qtbot: QtBot, session: Session, form: Form
) -> None:
    qtbot.keyClicks(form.line, "Haikou")
    form.hide()
    settle(session)
    again = Form(session)
    qtbot.addWidget(again)
    again.show()
    again.draft.begin()
    qtbot.keyClicks(again.line, "S")
    settle(session)
    assert again.found == []


def test_finished_form_has_no_draft(qtbot: QtBot, session: Session, form: Form) -> None:
    qtbot.keyClicks(form.line, "Haikou")
    form.draft.keep()
    form.draft.finish()
    form.draft.keep()
    assert kept(session) == []


def test_form_as_it_was_opened_has_no_draft(qtbot: QtBot, session: Session, form: Form) -> None:
    qtbot.keyClicks(form.line, "H")
    form.draft.keep()
    form.line.clear()
    form.draft.touch()
    form.draft.keep()
    assert kept(session) == []
    QApplication.processEvents()
