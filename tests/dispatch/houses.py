"""A house with many relays: 16 of 18.12 kW together, in 17 rooms, one relay heating two of them."""

from __future__ import annotations

import numpy as np

from core.analytics.dispatch_site import (
    STRATEGIES,
    Battery,
    Connection,
    Outlook,
    Relay,
    Room,
    Site,
    Tariff,
)


def house(
    *,
    relays: int = 16,
    total_kw: float = 18.12,
    alike: bool = False,
    least: int = 1,
    battery: Battery | None = None,
    seed: int = 1,
) -> tuple[Site, Outlook]:
    """24 h at 15 min around freezing, priced by the hour, with PV."""
    rng = np.random.default_rng(seed)
    steps = 96
    hour = np.arange(steps) / 4
    outdoor = 4 * np.sin(2 * np.pi * (hour - 14) / 24)
    size = np.full(relays, 1.0) if alike else rng.uniform(0.5, 2.0, relays)
    size *= total_kw / size.sum()
    rooms, heaters = [], []
    for i in range(relays + 1):
        kw = size[min(i, relays - 1)] * (0.5 if i >= relays - 1 else 1.0)
        loss = kw / 32  # kW/K: 21 °C at −11 °C
        hours = rng.uniform(20, 50)
        stays = np.exp(-0.25 / hours)
        rooms.append(
            Room(
                f"room {i + 1}", np.array([[stays]]), np.array([(1 - stays) / loss]),
                ((1 - stays) * outdoor)[:, None], np.array([20.5]),
                np.where((hour >= 6) & (hour < 22), 20.0, 18.0), np.full(steps, 23.0),
            )
        )  # fmt: skip
    for i in range(relays):
        last = i == relays - 1
        heats = {f"room {i + 1}": 0.5, f"room {i + 2}": 0.5} if last else {f"room {i + 1}": 1.0}
        heaters.append(Relay(f"k{i + 1}", size[i], heats, least_on=least, least_off=least))
    noise = rng.standard_normal(24).repeat(4)
    price = 0.30 + 0.1 * np.sin(2 * np.pi * (hour - 15) / 24) + 0.02 * noise
    sun = 12 * np.sin(np.pi * (hour - 7) / 10).clip(min=0) * ((hour > 7) & (hour < 17))
    site = Site(
        0.25, Tariff(price, np.full(steps, 0.08)), Connection(import_kw=17.0), battery,
        rooms=tuple(rooms), relays=tuple(heaters), strategy=STRATEGIES["balanced"],
    )  # fmt: skip
    return site, Outlook(np.ones(steps), sun)
