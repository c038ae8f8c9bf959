"""Limits of a cell chemistry: one frozen value object, presets, and changes that are checked.

The presets are typical data-sheet values, to be replaced by those of the cell at hand::

    chemistry("LFP", charge_cutoff=3.60, discharge_cutoff=2.80)

Voltages are per cell [V], temperatures [°C]. Sources are in ``docs/methods.md``, "Chemistry".
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Any

from core.errors import ConfigError


@dataclass(frozen=True)
class Chemistry:
    """Voltages and temperatures that a chemistry of cells is judged by.

    Parameters
    ----------
    name : short name, such as "LFP".
    sat_low, sat_high : a day's highest cell voltage counts as end of a complete charge inside
        this window [V].
    charge_cutoff, discharge_cutoff : where a charge and a discharge end, as operated [V].
    plateau_low, plateau_high : between these the voltage at rest says next to nothing about the
        state of charge [V]; both None where there is no plateau.
    v_min, v_max : limits of the cell itself [V]; time beyond them is time outside limits.
    v_nominal : for energy from charge [V].
    charge_temp_min, charge_temp_max : cell temperature while charging [°C].
    discharge_temp_min, discharge_temp_max : cell temperature while discharging [°C].

    Raises
    ------
    ConfigError
        If limits are not finite or not in order.
    """

    name: str
    sat_low: float
    sat_high: float
    charge_cutoff: float
    discharge_cutoff: float
    plateau_low: float | None
    plateau_high: float | None
    v_min: float
    v_max: float
    v_nominal: float
    charge_temp_min: float
    charge_temp_max: float
    discharge_temp_min: float
    discharge_temp_max: float

    def __post_init__(self) -> None:
        """Check what must be in order."""
        if not self.name:
            raise ConfigError("chemistry: name is empty")
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, (int, float)) and not math.isfinite(value):
                raise ConfigError(f"chemistry {self.name}: {field.name} is {value}, not a number")
        if (self.plateau_low is None) != (self.plateau_high is None):
            raise ConfigError(f"chemistry {self.name}: a plateau needs both its ends, or neither")
        for lower, upper in ORDERED:
            low, high = getattr(self, lower), getattr(self, upper)
            if low is not None and high is not None and not low < high:
                raise ConfigError(
                    f"chemistry {self.name}: {lower} = {low:g} is not below {upper} = {high:g}"
                )
        if self.v_min <= 0:
            raise ConfigError(f"chemistry {self.name}: v_min = {self.v_min:g} is not above 0")
        if self.charge_cutoff > self.v_max or self.discharge_cutoff < self.v_min:
            raise ConfigError(
                f"chemistry {self.name}: cut-offs {self.discharge_cutoff:g}..{self.charge_cutoff:g}"
                f" V lie outside the cell's limits {self.v_min:g}..{self.v_max:g} V"
            )

    def on_plateau(self, voltage: float) -> bool:
        """Whether a voltage at rest [V] lies where it says next to nothing about the charge."""
        if self.plateau_low is None or self.plateau_high is None:
            return False
        return self.plateau_low <= voltage <= self.plateau_high


ORDERED = (
    ("sat_low", "sat_high"),
    ("discharge_cutoff", "charge_cutoff"),
    ("discharge_cutoff", "plateau_low"),
    ("plateau_low", "plateau_high"),
    ("plateau_high", "charge_cutoff"),
    ("v_min", "v_nominal"),
    ("v_nominal", "v_max"),
    ("charge_temp_min", "charge_temp_max"),
    ("discharge_temp_min", "discharge_temp_max"),
)

LFP = Chemistry(
    name="LFP",
    sat_low=3.30,
    sat_high=3.65,
    charge_cutoff=3.65,
    discharge_cutoff=2.50,
    plateau_low=3.20,
    plateau_high=3.34,
    v_min=2.50,
    v_max=3.65,
    v_nominal=3.20,
    charge_temp_min=0.0,
    charge_temp_max=60.0,
    discharge_temp_min=-30.0,
    discharge_temp_max=60.0,
)
NMC = Chemistry(
    name="NMC",
    sat_low=4.00,
    sat_high=4.25,
    charge_cutoff=4.20,
    discharge_cutoff=2.75,
    plateau_low=None,
    plateau_high=None,
    v_min=2.50,
    v_max=4.20,
    v_nominal=3.65,
    charge_temp_min=0.0,
    charge_temp_max=45.0,
    discharge_temp_min=-20.0,
    discharge_temp_max=60.0,
)
NCA = replace(NMC, name="NCA", discharge_cutoff=2.70, v_nominal=3.60)
LTO = Chemistry(
    name="LTO",
    sat_low=2.50,
    sat_high=2.85,
    charge_cutoff=2.70,
    discharge_cutoff=1.50,
    plateau_low=None,
    plateau_high=None,
    v_min=1.50,
    v_max=2.80,
    v_nominal=2.35,
    charge_temp_min=-30.0,
    charge_temp_max=55.0,
    discharge_temp_min=-30.0,
    discharge_temp_max=55.0,
)
CHEMISTRIES = {preset.name: preset for preset in (LFP, NMC, NCA, LTO)}


def chemistry(name: str, **changes: Any) -> Chemistry:
    """A preset, with the limits that differ for the cells at hand.

    Parameters
    ----------
    name : "LFP", "NMC", "NCA" or "LTO"; case does not matter.
    **changes : fields of `Chemistry` to replace.

    Raises
    ------
    ConfigError
        If there is no such preset or field, or the result does not hold together.
    """
    preset = CHEMISTRIES.get(name.upper())
    if preset is None:
        raise ConfigError(f"no chemistry {name!r}; there are {', '.join(CHEMISTRIES)}")
    unknown = set(changes) - {field.name for field in fields(Chemistry)}
    if unknown:
        raise ConfigError(f"a chemistry has no {', '.join(sorted(unknown))}")
    return replace(preset, **changes)
