"""What a plan is told of tariff, connection and battery: ``<store>_dispatch.toml``.

::

    [tariff]
    import_eur_kwh = 0.28
    export_eur_kwh = 0.08

    [battery]
    capacity_kwh = 215
    power_kw = 100

It lies beside the store, so that a store that is built anew keeps it. What is left out is told by
the store (size of the battery), or taken from `Tariff` and `Storage` below and named on the page.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from core.toml_file import read_toml


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Tariff(_Table):
    """Prices, all of them per kWh or kW.

    Attributes
    ----------
    import_eur_kwh : price of a kWh, or what is added to the exchange's price where there is one.
    low_eur_kwh : price from `low_from_h` to `low_to_h` of the local day; None: the same all day.
    export_eur_kwh : earned with a kWh given.
    demand_eur_kw_a : charge on the highest quarter hour of a year.
    spot : whether the price of the store's price device (€/MWh) is added.
    """

    import_eur_kwh: float = Field(default=0.28, ge=-1, le=5)
    low_eur_kwh: float | None = Field(default=None, ge=-1, le=5)
    low_from_h: float = Field(default=22, ge=0, le=24)
    low_to_h: float = Field(default=6, ge=0, le=24)
    export_eur_kwh: float = Field(default=0.08, ge=-1, le=5)
    demand_eur_kw_a: float = Field(default=0.0, ge=0, le=1000)
    spot: bool = True


class Storage(_Table):
    """The battery; None is told by the store."""

    capacity_kwh: float | None = Field(default=None, ge=0, le=1e6)
    power_kw: float | None = Field(default=None, ge=0, le=1e6)
    efficiency: float = Field(default=0.9, gt=0, le=1)
    soc_min: float = Field(default=0.05, ge=0, le=1)
    soc_max: float = Field(default=0.95, ge=0, le=1)
    wear_eur_kwh: float = Field(default=0.03, ge=0, le=5)


class Grid(_Table):
    """Limits of the connection [kW]; None: no limit."""

    import_kw: float | None = Field(default=None, ge=0)
    export_kw: float | None = Field(default=None, ge=0)
    curtail: bool = True


class DispatchSettings(_Table):
    """All of ``dispatch.toml``; `load` and `pv` are devices, empty: found by what they measure."""

    tariff: Tariff = Tariff()
    battery: Storage = Storage()
    connection: Grid = Grid()
    load: tuple[str, ...] = ()
    pv: tuple[str, ...] = ()
    strategy: str = Field(default="economic", pattern="economic|comfort|environment|balanced")


def settings_path(store: Path) -> Path:
    """Where the settings of a store lie."""
    return store.parent / f"{store.name}_dispatch.toml"


def read_dispatch_settings(path: Path) -> DispatchSettings:
    """Settings of a file; as they are left out where there is none.

    Raises
    ------
    DeclarationError : with file, line and what would be right.
    """
    if not path.is_file():
        return DispatchSettings()
    file = read_toml(path)
    known: dict[str, type[_Table]] = {"tariff": Tariff, "battery": Storage, "connection": Grid}
    tables = {
        name: file.check(model, file.plain[name], name)
        for name, model in known.items()
        if isinstance(file.plain.get(name), dict)
    }
    return file.check(DispatchSettings, file.plain | tables, "")
