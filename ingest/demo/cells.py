"""The LFP cell: open-circuit voltage, resistance, ageing, and a string of them in series."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.demo.clock import Floats, Ints
from ingest.demo.options import DemoOptions

NOMINAL_AH = 280.0
NOMINAL_CELL_V = 3.2
R0_OHM, R1_OHM, TAU_S = 0.30e-3, 0.18e-3, 600.0
ACTIVATION_J_MOL, GAS_CONSTANT, T_REF_K = 20_000.0, 8.314, 298.15
COULOMB_EFFICIENCY = 0.999
# Ageing: exponents of NREL BLAST-Lite's LFP-Gr 250 Ah. The rates are chosen; its formula gives
# 4.95e-4 and 1.53e-4 at 25 °C, SOC 0.5, DOD 0.85 and C/4.
CALENDAR_RATE, CALENDAR_EXPONENT = 5.8e-4, 0.526
CYCLE_RATE, CYCLE_EXPONENT = 1.58e-4, 0.828
RESISTANCE_PER_LOSS = 2.5
SERVICE_DAYS, SERVICE_EFC = 400.0, 350.0  # before the span begins
# lithiation windows of the half cells at 0 and 100 % SOC
LFP_WINDOW, GRAPHITE_WINDOW = (0.80, 0.005), (0.036, 0.90)
LFP_SHIFT_V = 0.015

_SOC_LOW, _SOC_HIGH, _SOC_POINTS = -0.03, 1.01, 1 << 18


def lfp_potential(lithiation: Floats) -> Floats:
    """LFP against lithium [V]. Source: Afshar et al., arXiv 1709.03970, as in PyBaMM; +15 mV."""
    y = lithiation
    return (
        3.4077 + LFP_SHIFT_V - 0.020269 * y + 0.5 * np.exp(-150 * y) - 0.9 * np.exp(-30 * (1 - y))
    )


def graphite_potential(lithiation: Floats) -> Floats:
    """Graphite against lithium [V]. Source: Chen et al., J. Electrochem. Soc. 167 (2020) 080534."""
    x = lithiation
    return (
        1.9793 * np.exp(-39.3631 * x)
        + 0.2482
        - 0.0909 * np.tanh(29.8538 * (x - 0.1234))
        - 0.04478 * np.tanh(14.9159 * (x - 0.2769))
        - 0.0205 * np.tanh(30.4444 * (x - 0.6103))
    )


def open_circuit_voltage(soc: Floats) -> Floats:
    """Open-circuit voltage [V] of a cell at `soc` 0..1, from its two half cells."""
    y = LFP_WINDOW[0] + (LFP_WINDOW[1] - LFP_WINDOW[0]) * soc
    x = GRAPHITE_WINDOW[0] + (GRAPHITE_WINDOW[1] - GRAPHITE_WINDOW[0]) * soc
    return lfp_potential(y) - graphite_potential(x)


def polarisation_gain(soc: Floats) -> Floats:
    """Factor on the slow resistance [-]: diffusion gets harder as an electrode fills or empties."""
    return 1 + 2.0 * np.exp(-(1 - soc) / 0.012) + 2.0 * np.exp(-soc / 0.03)


def arrhenius(temp_c: float | Floats) -> Any:
    """Resistance at `temp_c` [°C] over that at 25 °C."""
    return np.exp(ACTIVATION_J_MOL / GAS_CONSTANT * (1 / (temp_c + 273.15) - 1 / T_REF_K))


_GRID = np.linspace(_SOC_LOW, _SOC_HIGH, _SOC_POINTS)
# 0.04 mV apart on the plateau, 0.2 mV on the cliff: below the 1 mV the BMS tells
OCV_TABLE = open_circuit_voltage(_GRID)
GAIN_TABLE = polarisation_gain(_GRID)
_SCALE = (_SOC_POINTS - 1) / (_SOC_HIGH - _SOC_LOW)


def table_index(soc: Floats) -> npt.NDArray[np.int32]:
    """Row of the tables nearest to `soc`, held at their ends."""
    place = np.asarray((soc - _SOC_LOW) * _SCALE + 0.5)
    return np.clip(place, 0, _SOC_POINTS - 1).astype(np.int32)


@dataclass(frozen=True)
class CellParameters:
    """What each cell of a string is made of; all arrays [cells].

    Parameters
    ----------
    capacity_new_ah : capacity when new. offset_ah : charge above the string's common charge.
    r0_ohm, r1_ohm : fast and slow resistance at 25 °C when the span begins.
    self_discharge_ah_day : rate. calendar_rate, cycle_rate : ageing coefficients.
    temp_offset_k : by place in the rack. heat_factor : own heating over the mean.
    """

    capacity_new_ah: Floats
    offset_ah: Floats
    r0_ohm: Floats
    r1_ohm: Floats
    self_discharge_ah_day: Floats
    calendar_rate: Floats
    cycle_rate: Floats
    temp_offset_k: Floats
    heat_factor: Floats

    @property
    def count(self) -> int:
        """Number of cells."""
        return int(self.capacity_new_ah.size)

    def capacity_loss(self, day: float, efc: float) -> Floats:
        """Share of the capacity lost `day` days and `efc` equivalent cycles into the span."""
        calendar = self.calendar_rate * (SERVICE_DAYS + day) ** CALENDAR_EXPONENT
        return np.asarray(calendar + self.cycle_rate * (SERVICE_EFC + efc) ** CYCLE_EXPONENT)

    def capacity_ah(self, day: float, efc: float) -> Floats:
        """Capacity without faults [Ah]."""
        return self.capacity_new_ah * (1 - self.capacity_loss(day, efc))

    def resistance_growth(self, day: float, efc: float) -> Floats:
        """Resistance over that at the start of the span [-], without faults."""
        gain = self.capacity_loss(day, efc) - self.capacity_loss(0, 0)
        return 1 + RESISTANCE_PER_LOSS * gain

    def as_lists(self) -> dict[str, list[float]]:
        """Exact values as lists, for the truth file."""
        return {name: [float(v) for v in values] for name, values in asdict(self).items()}


def draw_cells(options: DemoOptions, device: str) -> CellParameters:
    """Draw the cells of one string: a good batch, matched when it was built."""
    rng = options.rng(f"{device} cells")
    size = options.packs * options.cells
    place: Ints = np.arange(size) % options.cells
    middle = 1 - np.abs(place / max(options.cells - 1, 1) * 2 - 1)
    shared = rng.normal(1, 0.04, size)  # what makes R0 high makes R1 high too
    return CellParameters(
        capacity_new_ah=rng.normal(282.0, 0.7, size),
        offset_ah=np.clip(rng.normal(0.0, 0.35, size), -0.9, 0.9),
        r0_ohm=R0_OHM * shared * rng.normal(1, 0.02, size),
        r1_ohm=R1_OHM * shared * rng.normal(1, 0.04, size),
        self_discharge_ah_day=np.abs(rng.normal(0.02, 0.001, size)),
        calendar_rate=CALENDAR_RATE * rng.lognormal(0, 0.05, size),
        cycle_rate=CYCLE_RATE * rng.lognormal(0, 0.05, size),
        temp_offset_k=1.6 * middle
        + rng.normal(0, 0.25, size)
        + rng.normal(0, 0.3, options.packs).repeat(options.cells),
        heat_factor=rng.normal(1, 0.05, size),
    )
