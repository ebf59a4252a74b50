"""The example of docs/adding-an-entity.md works as the page says, from its own code blocks.

The blocks are written into a folder and tried in a process of their own, because a mapped class that is declared once
stays in the metadata of every other test.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest

PROJECT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = PROJECT / "docs" / "adding-an-entity.md"
MIGRATION: Final = "sync_server/store/migrations/versions/0004_samples.py"
_BLOCK: Final = re.compile(r"^```python\n# (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> dict[str, str]:
    """The code blocks of the page: file to contents."""
    return dict(_BLOCK.findall(PAGE.read_text(encoding="utf-8")))


def test_page_shows_the_files_of_a_subject_and_its_migration() -> None:
    names = ("states", "entities", "rules", "queries", "actions")
    assert set(blocks()) == {*(f"crm/samples/{name}.py" for name in names), MIGRATION}


@pytest.mark.parametrize("name", sorted(blocks()))
@pytest.mark.parametrize("command", [("check",), ("format", "--check")], ids=["rules", "shape"])
def test_example_is_written_as_our_code_is(name: str, command: tuple[str, ...]) -> None:
    ruff = Path(sys.executable).with_name("ruff")
    ours = 'lint.isort.known-first-party = ["crm"]'  # crm.samples is in no folder that ruff knows
    done = subprocess.run(
        [str(ruff), *command, "--config", ours, "--stdin-filename", name, "-"],
        cwd=PROJECT,
        input=blocks()[name],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_example_replicates_between_two_laptops_and_the_office(tmp_path: Path) -> None:
    write(tmp_path)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.unit.test_adding_an_entity", str(tmp_path)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "all of it holds"


def write(folder: Path) -> None:
    """The example's files in a folder."""
    for name, text in blocks().items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (folder / "crm" / "samples" / "__init__.py").write_text('"""Samples."""\n', encoding="utf-8")


# --- what runs in the process of its own --------------------------------------------------------------------------------


def try_it(folder: Path) -> None:
    """Add the example to the schema, serve an office with it, and let two laptops work."""
    import crm

    crm.__path__.append(str(folder / "crm"))
    names = ("entities", "rules", "actions", "queries", "states")
    subject = {name: importlib.import_module(f"crm.samples.{name}") for name in names}
    world = _World(folder, subject)
    world.the_migration_makes_what_the_entity_declares()
    world.a_sample_goes_from_laptop_to_office_to_laptop()
    world.two_sides_meet()
    world.close()
    print("all of it holds")


class _World:
    """An office over SQLite with the example in its schema, and laptops of one rep."""

    def __init__(self, folder: Path, subject: dict[str, ModuleType]) -> None:
        from crm.changes.entity import build_schema
        from crm.ids import IdFactory
        from crm.schema import RULEBOOK, SCHEMA
        from sync_server.accounts.actors import actor_for
        from sync_server.store.database import Database
        from sync_server.sync.office import Office

        self.folder = folder
        self.sample = subject["entities"].Sample
        self.rules, self.actions, self.queries = subject["rules"], subject["actions"], subject["queries"]
        self.schema = build_schema(SCHEMA.version + 1, [*SCHEMA.by_class, self.sample])
        self.rulebook = {**RULEBOOK, **self.rules.RULES}
        self.at_ms = 1_780_000_000_000
        self.new_id = IdFactory(self.now_ms)
        self.database = Database(f"sqlite:///{folder / 'office.db'}", self.schema, now_ms=self.now_ms)
        self._migrate()
        self.office = Office(
            self.database,
            self.rulebook,
            lambda connection, person, office: actor_for(self.database, connection, person, office=office),
        )
        self._people()
        self.laptops: list[Any] = []

    def now_ms(self) -> int:
        """A clock that goes on by a second whenever it is looked at."""
        self.at_ms += 1000
        return self.at_ms

    def close(self) -> None:
        """Nothing contradicts itself at the end."""
        from desktop.store.status import faults
        from sync_server.sync.check import check

        assert check(self.database) == []
        for laptop in self.laptops:
            assert faults(laptop.store) == []
            laptop.store.engine.dispose()
        self.database.close()

    def _migrate(self) -> None:
        from alembic.migration import MigrationContext
        from alembic.operations import Operations

        from crm.changes.capture import writing
        from sync_server.store import migrations

        migrations.upgrade(self.database)
        spec = importlib.util.spec_from_file_location("samples_migration", self.folder / MIGRATION)
        assert spec is not None
        assert spec.loader is not None
        migration = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(migration)
        assert migration.down_revision == migrations.newest()
        with (
            self.database.write() as connection,
            writing(connection),
            Operations.context(MigrationContext.configure(connection)),
        ):
            migration.upgrade()

    def _people(self) -> None:
        from argon2 import PasswordHasher

        from crm.rights import Role
        from sync_server.accounts.accounts import Accounts
        from sync_server.accounts.passwords import Passwords
        from sync_server.set_up import NewDivision, NewPerson, SetUp

        cheap = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        self.set_up = SetUp(self.office, Accounts(self.database, cheap))
        self.set_up.begin([NewDivision("OUT", "Outdoor")])
        self.set_up.add_person(NewPerson("nina", "Nina", "ND", (Role.SALES_REP,), "OUT"))
        self.nina = self.set_up.find("nina")

    def laptop(self) -> Any:
        """A laptop of the rep, in step with the office."""
        made = _Laptop(self, len(self.laptops) + 1)
        self.laptops.append(made)
        return made

    def at_the_office(self, table: str, row_id: bytes) -> dict[str, Any]:
        """A row as the office holds it."""
        from sync_server.store.rows import OfficeView

        with self.database.snapshot() as connection:
            row = OfficeView(self.database, connection).get(table, row_id)
        assert row is not None
        return row

    # -- the facts

    def the_migration_makes_what_the_entity_declares(self) -> None:
        from sqlalchemy import inspect

        declared = self.sample.__table__
        seen = inspect(self.database.engine)
        made = {column["name"]: column for column in seen.get_columns("sample")}
        assert set(made) == {column.name for column in declared.columns}
        for column in declared.columns:
            type_here = column.type.dialect_impl(self.database.engine.dialect)
            wanted = getattr(type_here, "impl", type_here).compile(self.database.engine.dialect)
            assert str(made[column.name]["type"]) == wanted, column.name
            assert made[column.name]["nullable"] == column.nullable, column.name
        indexes = {index["name"] for index in seen.get_indexes("sample")}
        assert indexes == {"ix_sample_unit_version", *(index.name for index in declared.indexes)}

    def a_sample_goes_from_laptop_to_office_to_laptop(self) -> None:
        from crm.catalogue.actions import create_product
        from crm.customers.actions import create_customer
        from crm.errors import RuleBroken

        product = self.set_up.act(
            "product.create",
            lambda work: create_product(work, code="LB", name="Light box", base_unit="piece").id,
        )
        first, second = self.laptop(), self.laptop()
        customer = first.do("customer.create", lambda work: create_customer(work, name="Harbour Hotel").id)
        sample = first.do(
            "sample.leave",
            lambda work: self.actions.leave_sample(work, customer, product, pieces=3, note="red").id,
        )
        with pytest.raises(RuleBroken, match=str(self.rules.BAD_FIELD)):
            first.do(
                "sample.leave", lambda work: self.actions.leave_sample(work, customer, product, pieces=0)
            )
        report = first.sync()
        assert report.outcomes == {"applied": 2}
        second.sync()
        (here,) = second.read(self.queries.samples_out(customer))
        assert (here.id, here.pieces, here.product_name, here.state) == (sample, 3, "Light box", "out")

        second.do("sample.return", lambda work: self.actions.take_back_sample(work, sample).id)
        second.sync()
        first.sync()
        assert first.read(self.queries.samples_out(customer)) == []
        row = self.at_the_office("sample", sample)
        assert (row["state"], row["unit"], row["version"] > 0) == ("returned", customer, True)
        self.customer, self.product, self.sample_id = customer, product, sample

    def two_sides_meet(self) -> None:
        first, second = self.laptops
        for laptop, pieces, note in ((first, 4, "blue"), (second, 5, "green")):

            def edit(work: Any, pieces: int = pieces, note: str = note) -> bytes:
                row = work.session.get_one(self.sample, self.sample_id)
                row.pieces, row.note = pieces, note
                return self.sample_id

            laptop.do("sample.edit", edit)
        first.sync()
        report = second.sync()
        assert report.outcomes == {"conflict": 1}
        row = self.at_the_office("sample", self.sample_id)
        # REVIEW: the office's value stands and a person decides. LATEST: the later one won.
        assert (row["pieces"], row["note"]) == (4, "green")
        assert second.sync().is_idle
        assert second.status().conflicts_open == 1


class _Laptop:
    """A local copy on plain SQLite, with the office at the other end of a call."""

    def __init__(self, world: _World, number: int) -> None:
        from sqlalchemy import create_engine

        from crm.rights import Role, actor_of
        from desktop.store.database import prepare_engine
        from desktop.store.store import Store
        from desktop.sync.engine import SyncEngine
        from sync_server.accounts import devices
        from sync_server.accounts.devices import Installation
        from sync_server.accounts.tokens import Lifetimes

        device, incarnation = world.new_id(), world.new_id()
        code = devices.issue_code(world.database, world.nina, issued_by=world.nina)
        installation = Installation(device, incarnation, f"laptop {number}", "1")
        devices.enrol(world.database, code, installation, lifetimes=Lifetimes())
        division = world.at_the_office("app_user", world.nina)["division_id"]
        self.actor = actor_of(world.nina, division_id=division, roles=[Role.SALES_REP])
        self.store = Store(
            prepare_engine(create_engine(f"sqlite:///{world.folder / f'laptop-{number}.db'}")),
            world.schema,
            world.rulebook,
            world,
            zone="Asia/Shanghai",
            ids=world.new_id,
        )
        self.store.enrol(incarnation=incarnation, device_code=f"ND-{number}")
        self._engine = SyncEngine(self.store, _Road(world.office, world.nina, device), world)
        self.sync()

    def do(self, intent: str, action: Callable[[Any], bytes]) -> bytes:
        """One thing the rep does."""
        with self.store.unit_of_work(intent, self.actor) as work:
            return action(work)

    def sync(self) -> Any:
        """A round that reached its checkpoint, with digests that agree."""
        report = self._engine.round()
        assert (report.code, report.complete, report.mismatches) == (0, True, 0), report.message
        return report

    def read(self, query: Any) -> list[Any]:
        """What a query gives."""
        with self.store.session() as session:
            return list(session.scalars(query))

    def status(self) -> Any:
        """The numbers of the status line."""
        return self._engine.status()


class _Road:
    """A `Transport` in memory: every message is encoded and decoded as on the network."""

    def __init__(self, office: Any, person: bytes, device: bytes) -> None:
        from sync_server.sync.push import Caller

        self._office = office
        self._caller = Caller(person, device)

    def push(self, request: Any) -> Any:
        """See `Transport.push`."""
        return self._over(self._office.push(self._caller, self._over(request)))

    def pull(self, request: Any) -> Any:
        """See `Transport.pull`."""
        return self._over(self._office.pull(self._caller, self._over(request)))

    def wake(self, _cursor: Any, _timeout_s: float) -> bool:
        """See `Transport.wake`; there is always news."""
        return True

    @staticmethod
    def _over(message: Any) -> Any:
        from crm.changes.codec import decode, encode

        return decode(type(message), encode(message))


@contextmanager
def _loud() -> Iterator[None]:
    """Warnings and errors that are logged fail the run, as they fail a test."""
    import logging

    class Fail(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise AssertionError(record.getMessage())

    handler = Fail(logging.WARNING)
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)


if __name__ == "__main__":
    with _loud():
        try_it(Path(sys.argv[1]))
