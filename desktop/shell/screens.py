"""The screens that the window knows, in the order of the navigation. One entry each; nothing is imported before it is used.

An entry's ``make`` imports its screen when it is first gone to, so that the program starts fast.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages
from typing import Final

from sqlalchemy import Connection

import desktop.screens
from crm.schema import SCHEMA
from desktop.kit.marks import QT_TRANSLATE_NOOP
from desktop.kit.screen import Counter, Entry, Screen, Shell
from desktop.kit.session import Session


def _customers(session: Session, shell: Shell) -> Screen:
    from desktop.screens.customers.screen import CustomersScreen

    return CustomersScreen(session, shell)


def _customer(session: Session, shell: Shell) -> Screen:
    from desktop.screens.customer.page import CustomerScreen

    return CustomerScreen(session, shell)


def _new_customer(session: Session, shell: Shell) -> Screen:
    from desktop.screens.customer.new import NewCustomerScreen

    return NewCustomerScreen(session, shell)


def _orders(session: Session, shell: Shell) -> Screen:
    from desktop.screens.orders.screen import OrdersScreen

    return OrdersScreen(session, shell)


def _order(session: Session, shell: Shell) -> Screen:
    from desktop.screens.order.screen import OrderScreen

    return OrderScreen(session, shell)


def _first_copy(session: Session, shell: Shell) -> Screen:
    from desktop.screens.first_run.copy import FirstCopy

    return FirstCopy(session, shell)


def _history(session: Session, shell: Shell) -> Screen:
    from desktop.screens.history.screen import HistoryScreen

    return HistoryScreen(session, shell)


def _sync(session: Session, shell: Shell) -> Screen:
    from desktop.screens.sync.screen import SyncCentre

    return SyncCentre(session, shell)


def _conflict(session: Session, shell: Shell) -> Screen:
    from desktop.screens.conflict.screen import ConflictPage

    return ConflictPage(session, shell)


def _needs_you(connection: Connection) -> int:
    from desktop.store.reads.outbox import count_needs_you

    return count_needs_you(connection)


def _returned(connection: Connection) -> int:
    from desktop.store.reads.orders import returned_orders

    return returned_orders(connection)


SCREENS: Final[tuple[Entry, ...]] = (
    Entry("customers", QT_TRANSLATE_NOOP("Screens", "Customers"), "customers", _customers, key="Ctrl+1"),
    Entry("customer", QT_TRANSLATE_NOOP("Screens", "Customer"), "customer", _customer, in_rail=False),
    Entry(
        "new_customer", QT_TRANSLATE_NOOP("Screens", "New customer"), "customer", _new_customer, in_rail=False
    ),
    Entry(
        "orders",
        QT_TRANSLATE_NOOP("Screens", "Orders"),
        "orders",
        _orders,
        key="Ctrl+2",
        counter=Counter(_returned, frozenset({"sales_order"}), needs_you=True),
    ),
    Entry("order", QT_TRANSLATE_NOOP("Screens", "Order"), "order", _order, in_rail=False),
    Entry(
        "sync",
        QT_TRANSLATE_NOOP("Screens", "Sync"),
        "sync",
        _sync,
        key="Ctrl+9",
        counter=Counter(_needs_you, frozenset(SCHEMA.entities), needs_you=True),
    ),
    Entry("conflict", QT_TRANSLATE_NOOP("Screens", "Conflict"), "conflict", _conflict, in_rail=False),
    Entry("first_copy", QT_TRANSLATE_NOOP("Screens", "First copy"), "sync", _first_copy, in_rail=False),
    Entry("history", QT_TRANSLATE_NOOP("Screens", "History"), "history", _history, in_rail=False),
)


def warm() -> None:
    """Import every screen. For a thread, once the window is seen: importing one takes a tenth of a second, in which the
    window would not answer.
    """
    for found in walk_packages(desktop.screens.__path__, "desktop.screens."):
        import_module(found.name)
