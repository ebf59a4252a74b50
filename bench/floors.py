"""What the figures are compared with: the floor of a first copy, and an empty round trip on the same framework."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import requests

FLOORS: Final = Path(__file__).resolve().parents[2] / "shared" / "bench"
"""The floors lie beside the project, like the sample data."""

_EMPTY: Final = """
import socket, sys, uvicorn
from litestar import Litestar, Response, post

@post("/", status_code=200)
async def empty() -> Response[bytes]:
    return Response(b"", media_type="application/x-msgpack")

listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
listening.bind(("127.0.0.1", 0))
listening.listen(128)
print(listening.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(Litestar([empty], openapi_config=None), log_level="error")).run(sockets=[listening])
"""


def floor_copy(size: str) -> dict[str, Any] | None:
    """The floor of a first copy (rows, seconds, rows_per_s); None when the floors are not beside the project."""
    script = FLOORS / "floor_copy.py"
    if not script.is_file():
        return None
    run = subprocess.run([sys.executable, str(script), size], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(run.stdout)
    return found


@contextmanager
def bare_server() -> Iterator[str]:
    """The address of a server of the same framework whose one handler does nothing."""
    with subprocess.Popen([sys.executable, "-c", _EMPTY], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        try:
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()


def bare_round_trip_ms(url: str, times: int) -> float:
    """The median of ``times`` empty requests, in milliseconds."""
    with requests.Session() as session:
        return median_ms(lambda: session.post(url, data=b"x", timeout=10).content, times)


def median_ms(call: Any, times: int) -> float:
    """The median time of a call, in milliseconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)
