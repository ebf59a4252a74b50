"""Limits on tries."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from crm.errors import Code, NotAllowed
from sync_server.accounts import attempts
from tests.unit.sync_server.conftest import Premises


def is_let_in(premises: Premises, login: str, address: str) -> bool:
    """Whether one more try is looked at."""
    try:
        attempts.count_try(premises.database, attempts.sign_in_limits(login, address))
    except NotAllowed as error:
        return error.code != Code.TOO_MANY_TRIES
    return True


def test_no_more_tries_than_the_limit_however_many_come_at_once(premises: Premises) -> None:
    with ThreadPoolExecutor(8) as threads:
        let_in = list(threads.map(lambda _: is_let_in(premises, "lin", "10.0.0.1"), range(30)))
    assert sum(let_in) == attempts.PER_LOGIN_AND_ADDRESS


def test_stranger_cannot_lock_a_person_out_from_elsewhere(premises: Premises) -> None:
    while is_let_in(premises, "lin", "10.6.6.6"):
        pass
    assert is_let_in(premises, "lin", "10.0.0.1")
    assert not is_let_in(premises, "LIN", "10.6.6.6"), "another spelling is the same name"


def test_many_addresses_together_are_stopped_too(premises: Premises) -> None:
    let_in = [is_let_in(premises, "lin", f"10.0.0.{number}") for number in range(attempts.PER_LOGIN + 5)]
    assert sum(let_in) == attempts.PER_LOGIN


def test_many_names_from_one_address_are_stopped_too(premises: Premises) -> None:
    let_in = [is_let_in(premises, f"name{number}", "10.0.0.1") for number in range(attempts.PER_ADDRESS + 5)]
    assert sum(let_in) == attempts.PER_ADDRESS


def test_next_window_begins_anew_and_old_rows_go(premises: Premises) -> None:
    while is_let_in(premises, "lin", "10.0.0.1"):
        pass
    premises.clock.ms += attempts.WINDOW_MS
    assert is_let_in(premises, "lin", "10.0.0.1")
    premises.clock.ms += 3 * attempts.WINDOW_MS
    with premises.database.write() as connection:
        attempts.forget_try(premises.database, connection, attempts.sign_in_limits("lin", "10.0.0.1"))
        assert premises.database.rows(connection, "SELECT count(*) FROM attempt") == [(0,)]


@pytest.mark.parametrize("login", ["lin", "\x00", "x" * 10_000, "\ud800"])
def test_neither_names_nor_addresses_lie_in_the_table(premises: Premises, login: str) -> None:
    assert is_let_in(premises, login, "10.0.0.1")
    with premises.database.snapshot() as connection:
        rows = premises.database.rows(connection, "SELECT subject FROM attempt")
    assert len(rows) == 3
    assert not [row for row in rows if "10.0.0.1" in row[0] or "lin" in row[0].split(":")[1]]
