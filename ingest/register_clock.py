"""The clock that a device keeps in registers: seconds since 1970, of UTC or of its own zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from ingest.clock import nearest_pass
from ingest.modbus_link import Table

_UNIX = datetime(1970, 1, 1)
_UNITS = {"s": 10**6, "ms": 10**3}
# What no device means: a clock ahead of ours is wrong, and one a day behind was never set.
AHEAD_US = 60_000_000
BEHIND_US = 86_400_000_000


class RegisterClock(BaseModel):
    """Where a device tells its time.

    Attributes
    ----------
    address : of its first register, as the vendor's list counts.
    unit : of its count since 1970.
    local : it counts what a clock on the wall shows, in the zone of the device.
    registers : its table, where that is not the one of the settings.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: int = Field(ge=0, le=65536)
    type: Literal["uint32", "uint64"] = "uint32"
    unit: Literal["s", "ms"] = "s"
    local: bool = False
    registers: Literal["holding", "input"] | None = None

    def moment(self, count: int, zone: str, arrival: int) -> int | None:
        """What the clock says [µs UTC]; None where it cannot be right.

        Parameters
        ----------
        zone : of the device. Of an hour that its clock shows twice, the pass next to `arrival`.
        arrival : of the answer [µs UTC].
        """
        told = count * _UNITS[self.unit]
        if self.local and abs(told - arrival) < 3 * BEHIND_US:  # beyond, no zone explains it
            told = nearest_pass(_UNIX + timedelta(microseconds=told), zone, arrival)
        return told if -AHEAD_US <= arrival - told <= BEHIND_US else None

    def count(self, moment: int, zone: str) -> int:
        """What its registers hold at a moment [µs UTC]; for simulators."""
        told = moment
        if self.local:
            at = datetime.fromtimestamp(moment / 1e6, ZoneInfo(zone))
            told += (at.utcoffset() or timedelta()) // timedelta(microseconds=1)
        return max(told, 0) // _UNITS[self.unit]

    def table(self, default: Table) -> Table:
        """Its table of registers."""
        return self.registers or default
