"""How fast order lines are imported and exported, and with how much memory: files of any size, the real command, a real process."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

ROWS: Final = 10_000
LINES_PER_ORDER: Final = 5
PRODUCTS: Final = 500
FORMATS: Final = ("csv", "json", "xlsx")
DAY: Final = date(2020, 1, 1)

MAP: Final = """
name = "bench"
title = "A made-up company of any size"
currency = "USD"

[[constant]]
entity = "division"
key = "one"
fields = { code = "ONE", name = "One" }

[[constant]]
entity = "tax_class"
key = "none"
fields = { code = "NONE", name = "No tax" }

[[constant]]
entity = "product_category"
key = "top"
fields = { code = "TOP", name = "Top" }

[[constant]]
entity = "product_category"
key = "below"
fields = { code = "BELOW", name = "Below", parent_id = { ref = "product_category", constant = "top" } }

[[constant]]
entity = "app_user"
key = "rep"
fields = { name = "Rep", rep_code = "REP", division_id = { ref = "division", constant = "one" }, state = "active" }

[[file]]
name = "products.csv"
label = "products"
key = ["code"]
[[file.record]]
entity = "product"
[file.record.fields]
code = "code"
name = "name"
category_id = { ref = "product_category", constant = "below" }
tax_class_id = { ref = "tax_class", constant = "none" }
base_unit = { value = "piece" }

[[file]]
name = "customers.csv"
label = "customers"
key = ["code"]
[[file.record]]
entity = "customer"
match = ["code"]
[file.record.fields]
code = "code"
name = "name"
library = { value = "trading" }
owner_id = { ref = "app_user", constant = "rep" }

[[file]]
name = "orders.csv"
label = "orders"
key = ["number"]
[[file.record]]
entity = "sales_order"
[file.record.fields]
number = "number"
origin = { value = "bench" }
rep_id = { ref = "app_user", constant = "rep" }
customer_id = { ref = "customer", column = "customer" }
customer_name = { copy = "customer_id.name" }
state = { value = "settled" }
order_date = "day"
currency = { value = "USD" }

[[file]]
name = "lines.csv"
label = "order_lines"
key = ["number", "product"]
part_of = { file = "orders.csv", by = ["number"] }
[[file.record]]
entity = "order_line"
[file.record.fields]
order_id = { ref = "sales_order", column = "number" }
line_no = { count = true }
product_id = { ref = "product", column = "product" }
product_code = { copy = "product_id.code" }
product_name = { copy = "product_id.name" }
unit_name = { copy = "product_id.base_unit" }
quantity_milli = { column = "quantity", milli = true }
list_price_minor = { column = "price", money = true }
unit_price_minor = { column = "price", money = true }
discount_bp = { column = "discount", fraction = true }
"""


def run(lines: int, *, database_url: str | None = None) -> dict[str, Any]:
    """Import files with so many order lines into a new office; how long it took, and the most memory it needed.

    ``database_url`` is an empty PostgreSQL database instead of a SQLite file. The second import of the same files
    finds that nothing changed. Then the lines are exported in every format.
    """
    with tempfile.TemporaryDirectory(prefix="roundsman-bench-") as name:
        folder = Path(name)
        write_files(folder, lines)
        url = database_url or f"sqlite:///{folder / 'office.db'}"
        _command("init", "--database", url)
        arguments = ("import", str(folder), "--map", str(folder / "bench.toml"), "--json", "--database", url)
        first, memory = _command(*arguments)
        again, memory_again = _command(*arguments)
        exported = {form: _export(folder, url, form) for form in FORMATS}
    if (first["rows"]["order_lines"], first["rejected"], again["changed"]) != (lines, 0, 0):
        raise RuntimeError(f"the workload went wrong: {first} {again}")
    return {
        "order_lines": lines,
        "import": {**_rate(lines, first["seconds"]), "peak_memory_mb": memory},
        "again": {**_rate(lines, again["seconds"]), "peak_memory_mb": memory_again},
        "export": exported,
    }


def _export(folder: Path, url: str, form: str) -> dict[str, Any]:
    """Write the order lines into a file."""
    out = folder / f"exported.{form}"
    answer, memory = _command("export", "order_line", "--out", str(out), "--json", "--database", url)
    size = out.stat().st_size
    out.unlink()
    return {
        **_rate(answer["rows"]["order_line"], answer["seconds"]),
        "peak_memory_mb": memory,
        "file_mb": round(size / 1e6, 1),
    }


def _rate(lines: int, seconds: float) -> dict[str, Any]:
    return {"seconds": round(seconds, 2), "lines_per_s": round(lines / seconds)}


def _command(*arguments: str) -> tuple[dict[str, Any], int]:
    """Run the server's command in a process of its own; its answer and the most memory it held, in MB."""
    with subprocess.Popen(
        [sys.executable, "-m", "sync_server", *arguments], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{arguments[0]} ended with {process.returncode}: {said}")
    answer = json.loads(said.splitlines()[-1]) if "--json" in arguments else {}
    return answer, usage.ru_maxrss // 1024


def write_files(folder: Path, lines: int) -> None:
    """The files of a company with so many order lines, and their map ``bench.toml``."""
    orders = -(-lines // LINES_PER_ORDER)
    customers = max(orders // 200, 20)
    (folder / "bench.toml").write_text(MAP, encoding="utf-8")
    _table(folder / "products.csv", "code,name", ((f"P{n}", f"Product {n}") for n in range(PRODUCTS)))
    _table(folder / "customers.csv", "code,name", ((f"C{n}", f"Company {n}") for n in range(customers)))
    _table(
        folder / "orders.csv",
        "number,customer,day",
        (
            (100_000 + n, f"C{n * 7919 % customers}", DAY + timedelta(days=n * 1000 // orders))
            for n in range(orders)
        ),
    )
    _table(folder / "lines.csv", "number,product,quantity,price,discount", _lines(lines))


def _lines(lines: int) -> Iterator[tuple[object, ...]]:
    for n in range(lines):
        order, place = divmod(n, LINES_PER_ORDER)
        product = (order * 31 + place * 7) % PRODUCTS
        yield 100_000 + order, f"P{product}", place + 1, f"{10 + product}.50", ("0", "0.05", "0.1")[n % 3]


def _table(path: Path, header: str, rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(","))
        writer.writerows(rows)
