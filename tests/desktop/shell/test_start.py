"""What a start imports, and when: the window is painted before the libraries of the database are there."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import PROJECT
from tests.desktop.stalls import Watch

DATABASE = {"sqlalchemy", "sqlcipher3", "crm.schema", "desktop.store.store"}
HTTP = {"requests", "urllib3"}


@pytest.mark.parametrize(
    ("imported", "unneeded"),
    [("desktop.program", DATABASE | HTTP), ("desktop.opening", HTTP)],
)
def test_a_start_does_not_wait_for_what_comes_later(imported: str, unneeded: set[str], watch: Watch) -> None:
    asked = f"import sys, desktop.__main__, {imported}; print(*sys.modules)"
    with watch.aside():
        done = subprocess.run(
            [sys.executable, "-c", asked], cwd=PROJECT, check=True, capture_output=True, text=True
        )
    assert not unneeded & set(done.stdout.split())
