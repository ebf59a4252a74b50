"""All of Northwind comes in, on both databases, and one of its reps carries her customers on an encrypted laptop.

What is expected is computed here from the files, with nothing but `csv` and `Decimal`.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from crm.changes.entity import Row
from crm.customers.entities import Customer
from crm.orders.entities import SalesOrder
from crm.rights import Role, actor_of
from crm.schema import SCHEMA
from crm.suppliers.queries import suppliers
from crm.territories.queries import territories_of
from desktop.vault import open_engine
from desktop.vault.keys import DatabaseKey
from sync_server.app import open_accounts, open_office
from sync_server.imports.load_run import Result, import_files
from sync_server.imports.maps import ImportMap, load_map
from sync_server.set_up import OFFICE_ITSELF, SetUp
from sync_server.settings import Settings
from sync_server.store.database import Database
from sync_server.sync.check import check
from sync_server.sync.office import Office
from tests.contract.world import CHEAP
from tests.local_copy import LocalCopy
from tests.unit.sync_server.store.servers import empty_database

ZONE = "America/Los_Angeles"
CENT = Decimal("0.01")
ROWS = {
    "users": 9,
    "customers": 91,
    "categories": 8,
    "products": 77,
    "suppliers": 29,
    "territories": 53,
    "orders": 830,
    "order_lines": 2155,
}
NANCY = "1"


@dataclass
class LastDay:
    """The clock of everybody: the morning of the last orders, a millisecond further at each look."""

    ms: int = int(datetime(1998, 5, 6, 10, 0, tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)

    def now_ms(self) -> int:
        self.ms += 1
        return self.ms


@dataclass(frozen=True)
class Files:
    """The files as anybody would read them; a piece that begins with a space belongs to the piece before it."""

    folder: Path

    def rows(self, name: str) -> list[dict[str, str]]:
        with (self.folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            header, *rows = csv.reader(file)
        found = []
        for row in rows:
            whole: list[str] = []
            for piece in row:
                if len(row) > len(header) and whole and piece.startswith(" "):
                    whole[-1] += f",{piece}"
                else:
                    whole.append(piece)
            found.append(dict(zip(header, whole, strict=True)))
        return found

    @cached_property
    def orders(self) -> dict[str, dict[str, str]]:
        return {row["orderID"]: row for row in self.rows("orders")}

    @cached_property
    def net(self) -> dict[str, Decimal]:
        """What each order comes to after the discounts of its lines, each line rounded half up to cents."""
        found: dict[str, Decimal] = defaultdict(Decimal)
        for line in self.rows("order-details"):
            amount = Decimal(line["unitPrice"]) * int(line["quantity"]) * (1 - Decimal(line["discount"]))
            found[line["orderID"]] += amount.quantize(CENT, ROUND_HALF_UP)
        return found

    @cached_property
    def owners(self) -> dict[str, str]:
        """The employee of each customer's last order."""
        last: dict[str, tuple[str, int]] = {}
        found: dict[str, str] = {}
        for number, order in self.orders.items():
            place = order["orderDate"], int(number)
            if place > last.get(order["customerID"], ("", 0)):
                last[order["customerID"]] = place
                found[order["customerID"]] = order["employeeID"]
        return found


@dataclass
class Northwind:
    """An office after the files came in twice."""

    office: Office
    clock: LastDay
    first: Result
    second: Result
    feeds: tuple[list[Any], list[Any]]
    """Every feed with its head, after the first time and after the second."""

    def rows(self, table: str) -> list[Row]:
        with self.office.database.snapshot() as connection:
            entity = SCHEMA[table]
            return [dict(row._mapping) for row in connection.execute(select(entity.table))]

    def by(self, table: str, column: str) -> dict[Any, Row]:
        return {row[column]: row for row in self.rows(table)}


@pytest.fixture(scope="module")
def files(shared_data: Path) -> Files:
    folder = shared_data / "northwind"
    if not folder.is_dir():
        pytest.skip("the files of Northwind are not here: expected shared/data/northwind beside the project")
    return Files(folder)


@pytest.fixture(scope="module")
def the_map() -> ImportMap:
    return load_map("northwind", SCHEMA)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def northwind(
    request: pytest.FixtureRequest,
    files: Files,
    the_map: ImportMap,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Northwind]:
    """The company in each database in turn."""
    clock = LastDay()
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path_factory.mktemp('northwind') / 'office.db'}"
        if request.param == "postgresql":
            url = stack.enter_context(empty_database())
        database = Database(url, SCHEMA, now_ms=clock.now_ms)
        stack.callback(database.close)
        settings = Settings(zone=ZONE)
        office = open_office(database, settings)
        SetUp(office, open_accounts(database, settings, CHEAP)).begin()

        def feeds() -> list[Any]:
            with database.snapshot() as connection:
                return database.rows(connection, "SELECT id, seq, tag FROM feed ORDER BY id")

        first = import_files(office, the_map, files.folder, person=OFFICE_ITSELF)
        after_first = feeds()
        second = import_files(office, the_map, files.folder, person=OFFICE_ITSELF)
        yield Northwind(office, clock, first, second, (after_first, feeds()))


def test_everything_is_there_and_comes_to_what_the_files_say(northwind: Northwind, files: Files) -> None:
    said = northwind.first.plain()
    assert said["rows"] == ROWS
    assert (said["repaired"], said["rejected"]) == (209, 0)
    lines = files.rows("order-details")
    gross = sum(Decimal(line["unitPrice"]) * int(line["quantity"]) for line in lines)
    assert (said["gross_minor"], said["net_minor"]) == (135445859, 126579329)
    assert said["gross_minor"] == gross * 100
    assert said["net_minor"] == sum(files.net.values()) * 100


def test_a_second_run_changes_nothing(northwind: Northwind) -> None:
    again, before = northwind.second.plain(), northwind.first.plain()
    assert again["changed"] == 0
    for same in ("rows", "repaired", "rejected", "gross_minor", "net_minor"):
        assert again[same] == before[same]
    for counts in again["outcomes"].values():
        assert set(counts) <= {"unchanged", "repaired"}
    assert northwind.feeds[0] == northwind.feeds[1]


def test_the_office_that_took_them_keeps_its_promises(northwind: Northwind) -> None:
    assert check(northwind.office.database) == []


def test_people_stand_in_the_tree_that_the_files_draw(northwind: Northwind, files: Files) -> None:
    people = northwind.by("app_user", "rep_code")
    code = {
        row["employeeID"]: f"{row['firstName'][0]}{row['lastName'][0]}{row['employeeID']}"
        for row in files.rows("employees")
    }
    for row in files.rows("employees"):
        person = people[code[row["employeeID"]]]
        above = row["reportsTo"]
        assert person["name"] == f"{row['firstName']} {row['lastName']}"
        assert person["state"] == "active"
        assert person["superior_id"] == (None if above == "NULL" else people[code[above]]["id"])
    with northwind.office.read() as session:
        for employee, rep_code in code.items():
            wanted = {
                row["territoryID"]
                for row in files.rows("employee-territories")
                if row["employeeID"] == employee
            }
            found = session.scalars(territories_of(people[rep_code]["id"])).all()  # type: ignore[arg-type]
            assert {place.code for place in found} == wanted


def test_whoever_took_the_last_order_owns_the_customer(northwind: Northwind, files: Files) -> None:
    codes = {row["id"]: str(row["rep_code"]) for row in northwind.rows("app_user")}
    found = {row["code"]: codes[row["owner_id"]][-1] for row in northwind.rows("customer")}
    assert found == {
        row["customerID"]: files.owners.get(row["customerID"], "2") for row in files.rows("customers")
    }
    assert files.owners["LACOR"] == "6"  # two orders of one day: the later number


def test_mended_names_and_places_read_as_they_were_meant(northwind: Northwind) -> None:
    with northwind.office.read() as session:
        names = {row.code: row.name for row in session.scalars(suppliers())}
    assert (names["7"], names["24"]) == ("Pavlova, Ltd.", "G'day, Mate")
    orders = northwind.by("sales_order", "number")
    assert orders["10250"]["delivery_place"] == (
        "Hanari Carnes\nRua do Paço, 67\n05454-876 Rio de Janeiro\nRJ\nBrazil"
    )
    assert orders["10250"]["note"] == "Freight 65.83 USD\nBy United Package\nShipped 1996-07-12"


def test_orders_are_as_they_were_elsewhere(northwind: Northwind, files: Files) -> None:
    customers = {row["id"]: row for row in northwind.rows("customer")}
    reps = {row["id"]: str(row["rep_code"]) for row in northwind.rows("app_user")}
    orders = northwind.by("sales_order", "number")
    assert orders.keys() == files.orders.keys()
    for number, said in files.orders.items():
        order = orders[number]
        customer = customers[order["customer_id"]]
        assert (customer["code"], order["customer_name"]) == (said["customerID"], customer["name"])
        assert reps[order["rep_id"]].endswith(said["employeeID"])
        assert str(order["order_date"]) == said["orderDate"][:10]
        assert str(order["wanted_on"]) == said["requiredDate"][:10]
        assert order["state"] == ("approved" if said["shippedDate"] == "NULL" else "settled")
        assert (order["origin"], order["currency"]) == ("northwind", "USD")
        assert order["net_total_minor"] == order["gross_total_minor"] == files.net[number] * 100


def test_retired_products_and_prices_are_those_of_the_files(northwind: Northwind, files: Files) -> None:
    prices = {row["product_id"]: row["price_minor"] for row in northwind.rows("price_list_entry")}
    products = northwind.by("product", "code")
    supplier = {row["id"]: row["code"] for row in northwind.rows("supplier")}
    for said in files.rows("products"):
        product = products[said["productID"]]
        assert (product["name"], product["spec"]) == (said["productName"], said["quantityPerUnit"])
        assert product["state"] == ("retired" if said["discontinued"] == "1" else "active")
        assert supplier[product["supplier_id"]] == said["supplierID"]
        assert prices[product["id"]] == Decimal(said["unitPrice"]) * 100


def test_the_archive_begins_before_the_oldest_order(the_map: ImportMap, files: Files) -> None:
    months = the_map.office["archive_months"]
    oldest = min(order["orderDate"] for order in files.orders.values())
    assert isinstance(months, int)
    assert (1998 - int(oldest[:4])) * 12 + 5 - int(oldest[5:7]) < months


def test_every_column_of_every_file_is_named_by_the_map(the_map: ImportMap, files: Files) -> None:
    assert {file.name for file in the_map.files} == {path.name for path in files.folder.glob("*.csv")}
    for file in the_map.files:
        (header, *_) = files.rows(file.name.removesuffix(".csv"))
        assert set(header) == {*the_map.used_columns(file), *file.ignore}, file.name


# --- the rep --------------------------------------------------------------------------------------------------------


@pytest.fixture
def nancy(northwind: Northwind, tmp_path: Path) -> Iterator[LocalCopy]:
    """Nancy Davolio's laptop after its first copy: the real store over the real encrypted database."""
    person = northwind.by("app_user", "rep_code")["ND1"]
    actor = actor_of(person["id"], division_id=person["division_id"], roles=[Role.SALES_REP])  # type: ignore[arg-type]
    path, key = tmp_path / "roundsman.db", DatabaseKey.generate()
    copy = LocalCopy(
        northwind.office,
        northwind.office.database,
        actor,
        path,
        northwind.clock,
        rep_code="ND1",
        zone=ZONE,
        engine=lambda: open_engine(path, key, create=True),
    )
    copy.page_rows = 300
    copy.open_again()
    assert copy.round().first_copy
    yield copy
    copy.close()


def test_a_rep_has_her_customers_with_all_their_orders_and_nobody_elses(
    nancy: LocalCopy, files: Files
) -> None:
    hers = {code for code, employee in files.owners.items() if employee == NANCY}
    assert len(hers) == 15
    wanted = {number for number, order in files.orders.items() if order["customerID"] in hers}
    with nancy.store.session() as session:
        assert set(session.scalars(select(Customer.code))) == hers
        assert set(session.scalars(select(SalesOrder.number))) == wanted
    shown = nancy.shown()
    lines = [line for line in files.rows("order-details") if line["orderID"] in wanted]
    assert sum(table == "order_line" for table, _ in shown) == len(lines)
    assert sum(table == "territory" for table, _ in shown) == ROWS["territories"]
    assert sum(table == "supplier" for table, _ in shown) == ROWS["suppliers"]
    assert nancy.round().is_idle


def test_a_reps_totals_of_each_year_agree_with_the_files(nancy: LocalCopy, files: Files) -> None:
    wanted: dict[str, Decimal] = defaultdict(Decimal)
    for number, order in files.orders.items():
        if files.owners[order["customerID"]] == NANCY:
            wanted[order["orderDate"][:4]] += files.net[number]
    year = func.substr(SalesOrder.__table__.c.order_date, 1, 4)
    nancy.close()
    nancy.open()  # offline: from the file alone
    with nancy.store.session() as session:
        found = session.execute(select(year, func.sum(SalesOrder.net_total_minor)).group_by(year)).all()
    assert {str(one): Decimal(int(total)) / 100 for one, total in found} == wanted
    assert set(wanted) == {"1996", "1997", "1998"}


def test_nothing_of_northwind_can_be_read_in_the_laptops_files(nancy: LocalCopy, files: Files) -> None:
    names = [row["companyName"].encode() for row in files.rows("customers")]
    written = list(nancy.path.parent.iterdir())
    assert nancy.path in written
    for path in written:
        content = path.read_bytes()
        assert not [name for name in names if name in content], path
