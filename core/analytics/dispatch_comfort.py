"""What comfort is worth: a multiple of what it costs to heat a room by a kelvin."""

from __future__ import annotations

from dataclasses import replace

from core.analytics.dispatch_model import effective_prices
from core.analytics.dispatch_site import Room, Site


def heating_eur_kh(site: Site, room: Room) -> float:
    """Dearest kelvin hour of a room [€/(K·h)], as the strategy weighs money and energy.

    Power held for one step at the highest price, over the kelvin that the air gains by the end of
    the step: highest price / (b[0] · heat per power), of the worst of its heaters. What is heated
    lasts on, so every other kelvin hour costs less; a room priced higher than this is worth heating
    even for the last step of its band. 0 where nothing heats the room.
    """
    heaters = [one for one in site.relays if one.heats.get(room.name, 0.0) > 0]
    if not heaters or room.heat_gain[0] <= 0:
        return 0.0
    dearest = max(float(effective_prices(site)[0].max()), 0.0)
    # A relay of several rooms is priced by all of its heat: no less in any of them.
    gained = min(one.heat_per_power * one.heats[room.name] for one in heaters)
    return dearest / (float(room.heat_gain[0]) * gained)


def with_comfort_priced(site: Site) -> Site:
    """The site with the comfort of every room priced at the multiple that its strategy tells."""
    times = site.strategy.comfort_times
    priced = [heating_eur_kh(site, room) for room in site.rooms]
    rooms = tuple(
        replace(room, comfort_eur_kh=times * one if one > 0 else None)
        for room, one in zip(site.rooms, priced, strict=True)
    )
    return replace(site, rooms=rooms)
