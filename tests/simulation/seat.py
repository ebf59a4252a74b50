"""A laptop and all that belongs to it in a play."""

from __future__ import annotations

from dataclasses import dataclass

from tests.simulation.deeds import Deeds
from tests.simulation.laptop import Device
from tests.simulation.mirror import Mirror
from tests.simulation.road import Road


@dataclass
class Seat:
    """A laptop with everything that belongs to it."""

    device: Device
    road: Road
    deeds: Deeds
    mirror: Mirror
