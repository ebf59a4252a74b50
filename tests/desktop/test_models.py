"""Every item model of the program keeps Qt's rules, as it stands in the window with data in it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel
from PySide6.QtWidgets import QAbstractItemView, QApplication
from pytestqt.modeltest import ModelTester

import desktop
from demo.window.gallery import FULL
from demo.window.hand import Hand
from desktop.shell.finder import find_records
from tests.desktop.conftest import MakeDesk
from tests.desktop.stalls import Watch

SCENES = ("customers", "customer", "history", "orders", "order_new", "sync_done", "palette")


def ours(kind: type) -> Iterator[type]:
    """The classes of the program below ``kind``."""
    subclasses: list[type] = kind.__subclasses__()
    for below in subclasses:
        if below.__module__.startswith("desktop."):
            yield below
        yield from ours(below)


def test_every_item_model_keeps_the_rules(
    make_desk: MakeDesk, watch: Watch, request: pytest.FixtureRequest
) -> None:
    desk = make_desk(finder=find_records)
    hand = Hand(desk)
    tried: set[str] = set()
    testers: dict[QAbstractItemModel, Any] = {}
    with watch.aside():
        for module in pkgutil.walk_packages(desktop.__path__, "desktop."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
        for name in SCENES:
            FULL[name](hand)
            hand.settle()
            if name == "customers":
                bar = desk.bench.screen_here
                assert bar is not None
                bar.take_focus()
                desk.bench.commands.run("customers.filter")
                hand.write("tier ")
                hand.settle()
            for widget in QApplication.allWidgets():
                model = widget.model() if isinstance(widget, QAbstractItemView) else None
                if model is None or not type(model).__module__.startswith("desktop."):
                    continue
                tried.add(type(model).__qualname__)
                if model not in testers:
                    # Each goes on watching its model, and so needs to be its own.
                    testers[model] = ModelTester(request.config)
                    testers[model].check(model, force_py=True)
            if desk.bench.palette_.isVisible():
                desk.bench.palette_.hide()
    known = {kind.__qualname__ for kind in ours(QAbstractItemModel)} - {"KeysetModel"}
    assert len(known) >= 5, "the models of the program were not found"
    assert known <= tried, known - tried
