"""Where the person was: back and forward through screens and their places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from desktop.kit.screen import Place

LONGEST: Final = 100


@dataclass(frozen=True)
class Stop:
    """A screen and a place in it."""

    name: str
    place: Place


class History:
    """A road with one point where the person is. Going somewhere new cuts off what lay ahead."""

    def __init__(self) -> None:
        self._stops: list[Stop] = []
        self._at = -1

    @property
    def here(self) -> Stop | None:
        """Where the person is; None before the first screen."""
        return self._stops[self._at] if self._at >= 0 else None

    @property
    def can_go_back(self) -> bool:
        """Whether anything lies behind."""
        return self._at > 0

    @property
    def can_go_forward(self) -> bool:
        """Whether anything lies ahead."""
        return self._at < len(self._stops) - 1

    def go(self, stop: Stop) -> None:
        """Be somewhere new. The same place again is not new."""
        if stop == self.here:
            return
        del self._stops[self._at + 1 :]
        self._stops.append(stop)
        del self._stops[:-LONGEST]
        self._at = len(self._stops) - 1

    def stay(self, place: Place) -> None:
        """The person moved within the screen: this is where to come back to."""
        if self.here is not None:
            self._stops[self._at] = Stop(self.here.name, place)

    def back(self) -> Stop:
        """Go one back.

        :raises IndexError: nothing lies behind.
        """
        if not self.can_go_back:
            raise IndexError("nothing lies behind")
        self._at -= 1
        return self._stops[self._at]

    def forward(self) -> Stop:
        """Go one forward again.

        :raises IndexError: nothing lies ahead.
        """
        if not self.can_go_forward:
            raise IndexError("nothing lies ahead")
        self._at += 1
        return self._stops[self._at]

    def last_place(self, name: str) -> Place | None:
        """Where the person was when they last were in a screen; None when they were not."""
        for stop in reversed(self._stops[: self._at + 1]):
            if stop.name == name:
                return stop.place
        return None
