"""Runs before the built program, where it was built for Linux: loads the libraries that talk to the display.

The system's own come first, because they fit its driver. Only what a system does not have, one without a display,
is taken from the folder that the build carries along; Qt cannot even start without. A library once loaded serves
everybody who asks for its name. The names are handed in by `build.spec`.
"""

import ctypes
import os
import sys


def _load() -> None:
    folder = os.path.join(sys._MEIPASS, "fallback")  # type: ignore[attr-defined]
    try:
        with open(os.path.join(folder, "order.txt"), encoding="ascii") as file:
            names = file.read().split()
    except OSError:
        return
    for name in names:
        try:
            ctypes.CDLL(name)
        except OSError:
            ctypes.CDLL(os.path.join(folder, name))


_load()
