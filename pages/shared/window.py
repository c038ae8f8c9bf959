"""The window on view: presets, own dates, zoom, all in the URL.

``range`` names the window of the page: a preset (``24h 7d 30d 1y all``) or ``A..B``. ``from`` and
``to`` alone are a window of one's own; beside ``range`` they are what a chart is zoomed to within
it. Times in the URL are wall time of the site.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Protocol

import streamlit as st

from core import query
from core.zones import zone_info
from pages.shared import address, numbers, states
from pages.shared.texts import current_language, t

# None: from the first reading on.
PRESETS: dict[str, timedelta | None] = {
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "1y": timedelta(days=365),
    "all": None,
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(.*)")
_MINUTE_US = 60_000_000
_DAY_US = 86_400_000_000


class HasReadings(Protocol):
    """A device or signal with a first and newest reading [µs UTC], None without any."""

    @property
    def first(self) -> int | None: ...
    @property
    def last(self) -> int | None: ...


@dataclass(frozen=True)
class Window:
    """A window of time, its end excluded.

    Attributes
    ----------
    start, end : the window of the page [µs UTC].
    preset : its preset, None for a window of one's own.
    zone : zone of the site.
    zoom : what charts are zoomed to within it [µs UTC], None where they show it all.
    first, newest : first and newest reading of what is looked at [µs UTC].
    """

    start: int
    end: int
    preset: str | None
    zone: str
    zoom: tuple[int, int] | None
    first: int
    newest: int

    @property
    def view(self) -> tuple[int, int]:
        """What a chart shows: the zoom, or all of the window."""
        return self.zoom or (self.start, self.end)

    @property
    def previous(self) -> tuple[int, int]:
        """The period of the same length just before."""
        return query.previous_period(self.start, self.end)

    @property
    def length_us(self) -> int:
        return self.end - self.start


def pick_window(of: Sequence[HasReadings], zone: str, *, default: str = "7d") -> Window:
    """Row of presets and own dates; says in words what is shown and why.

    Where none of them has a reading, says so and ends the page.

    Parameters
    ----------
    of : devices or signals looked at; presets end at their newest reading.
    default : preset while the URL names no window.
    """
    firsts = [one.first for one in of if one.first is not None]
    lasts = [one.last for one in of if one.last is not None]
    if not firsts or not lasts:
        states.notice(t("empty.no_readings"), commands=(states.BUILD,))
        st.stop()
    first, newest = min(firsts), max(lasts)
    window, notes = read_window(st.query_params, first, newest, zone, default)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="window"):
        st.segmented_control(
            t("window.range"),
            list(PRESETS),
            format_func=lambda preset: t(f"window.{preset}"),
            label_visibility="collapsed",
            **address.bound("range", window.preset, also_clear=("from", "to")),
        )
        with st.popover(t("window.custom")):
            _pick_days(window)
        age = time.time_ns() // 1000 - newest
        words = [numbers.span(window.start, window.end, zone)]
        if age > _DAY_US:
            words.append(t("window.stale", age=numbers.duration(age // _DAY_US * _DAY_US)))
        st.html(f'<span class="zg-caption">{" · ".join(words)}</span>', width="content")
    for note in notes:
        st.warning(note)
    return window


def _pick_days(window: Window) -> None:
    """Form for a window of one's own.

    Fields of text: the calendar of a date field speaks the browser's language, not the page's.
    """
    shown = [
        day_text(_datetime(us, zone_info(window.zone)).date())
        for us in (window.start, window.end - 1)
    ]
    with st.form("own-window", border=False):
        # New keys with each window, so that the fields follow it.
        key = f"own-{window.start}-{window.end}"
        begin = st.text_input(t("window.from"), shown[0], key=f"{key}-from")
        finish = st.text_input(t("window.to"), shown[1], key=f"{key}-to")
        st.caption(t("window.typed"))
        if not st.form_submit_button(t("window.apply")):
            return
    edges = as_iso(begin), as_iso(finish)
    first, newest = window.first, window.newest
    read = _read_span(*edges, first, newest, window.zone)
    if isinstance(read, str):
        st.warning(read.split("; ")[0] + ".")
    elif read is not None:
        address.put({"range": None, "from": edges[0], "to": edges[1]})
        st.rerun()


def day_text(day: date) -> str:
    """A day as a field shows it and takes it: ``13.06.2025`` or ``2025-06-13``."""
    return day.strftime("%d.%m.%Y") if current_language() == "de" else day.isoformat()


def as_iso(typed: str) -> str:
    """A day, with a time or without, as people type it, in the form of the URL."""
    text = typed.strip()
    if found := _DAY_FIRST.fullmatch(text):
        day, month, year, rest = found.groups()
        text = f"{year}-{int(month):02d}-{int(day):02d}{rest}"
    return re.sub(r"(?<=\d)\s+(?=\d)", "T", text)


# --- reading and writing the URL ----------------------------------------------------------------


def read_window(
    asked: Mapping[str, str], first: int, newest: int, zone: str, default: str = "7d"
) -> tuple[Window, list[str]]:
    """Window of the URL parameters, and notes about what could not be used in them."""
    given, problem = asked.get("range") or None, ""
    own = _read_span(asked.get("from"), asked.get("to"), first, newest, zone)
    if isinstance(own, str):
        problem, own = own, None
    base: tuple[int, int] | None = None
    preset: str | None = None
    if given in PRESETS:
        preset = given
    elif given and ".." in given:
        begin, _, finish = given.partition("..")
        found = _read_span(begin, finish, first, newest, zone)
        base, problem = (None, found) if isinstance(found, str) else (found, problem)
    elif given:
        problem = t("window.bad_range", text=given, shown="{shown}")
    elif own:
        base, own = own, None
    if base is None:
        preset = preset or default
        base = preset_span(preset, first, newest, zone)
    window = Window(*base, preset, zone, own, first, newest)
    shown = numbers.span(*window.view, zone)
    return window, [problem.replace("{shown}", shown)] if problem else []


def preset_span(preset: str, first: int, newest: int, zone: str) -> tuple[int, int]:
    """From and to of a preset [µs UTC]: it ends with the minute of the newest reading.

    Lengths in days are days of the wall clock, so that a week over a clock change begins at the
    same hour it ends.
    """
    end = (newest // _MINUTE_US + 1) * _MINUTE_US
    length = PRESETS[preset]
    if length is None:
        return first // _MINUTE_US * _MINUTE_US, end
    if length < timedelta(days=2):
        return end - length // timedelta(microseconds=1), end
    wall = _datetime(end, zone_info(zone)).replace(tzinfo=None) - length
    return _us(wall.replace(tzinfo=zone_info(zone))), end


def parse_time(text: str, zone: str, *, is_end: bool = False) -> int:
    """Time of the URL as µs UTC; a date alone as `to` means the whole of that day.

    Raises
    ------
    ValueError : not ISO 8601, or before 1900 or after 2199.
    """
    here = zone_info(zone)
    if not "1900" <= text[:4] <= "2199":
        raise ValueError(f"{text!r} lies outside 1900..2199")
    if len(text) == 10:
        midnight = datetime.combine(
            date.fromisoformat(text) + timedelta(days=is_end), datetime.min.time(), here
        )
        return _us(midnight)
    # A "+" in an address arrives as a blank.
    moment = datetime.fromisoformat(text.replace(" ", "+"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=here, fold=int(is_end))
    return _us(moment)


def format_time(us: int, zone: str, *, fine: bool = False) -> str:
    """µs UTC as wall time for the URL, to the second or, where `fine`, to the microsecond."""
    naive = _datetime(us, zone_info(zone)).replace(tzinfo=None)
    return naive.isoformat(timespec="auto" if fine else "seconds")


def current_zoom(window: Window) -> Window:
    """The window with the zoom as the URL has it now, which a fragment may have changed."""
    return read_window(st.query_params, window.first, window.newest, window.zone,
                       window.preset or "all")[0]  # fmt: skip


def zoom_to(window: Window, start: int, end: int) -> None:
    """Write a zoom into the URL, beside the window it lies in."""
    fine = end - start < 600_000_000
    address.put(
        {
            "range": window.preset or _range_text(window),
            "from": format_time(start, window.zone, fine=fine),
            "to": format_time(end, window.zone, fine=fine),
        }
    )


def zoom_out(window: Window) -> None:
    """Take the zoom out of the URL; the window stays."""
    if window.preset:
        address.put({"from": None, "to": None})
    else:
        start, end = _range_text(window).split("..")
        address.put({"range": None, "from": start, "to": end})


def _range_text(window: Window) -> str:
    return "..".join(
        format_time(us, window.zone, fine=bool(us % 1_000_000)) for us in (window.start, window.end)
    )


def _read_span(
    start: str | None, end: str | None, first: int, newest: int, zone: str
) -> tuple[int, int] | str | None:
    """From and to [µs UTC]; None where neither is given; a note where they cannot be used."""
    if not start and not end:
        return None
    edges = [first, newest // _MINUTE_US * _MINUTE_US + _MINUTE_US]
    for i, text in enumerate((start, end)):
        if not text:
            continue
        try:
            edges[i] = parse_time(text, zone, is_end=bool(i))
        except ValueError:
            return t(_unusable(text), text=text[:40], shown="{shown}")
    if edges[0] >= edges[1]:
        return t("window.bad_order", shown="{shown}")
    return edges[0], edges[1]


def _unusable(text: str) -> str:
    """Key of what is wrong with a time: a date all right, but too far away, or none."""
    try:
        year = date.fromisoformat(text[:10]).year
    except ValueError:
        return "window.bad_time"
    return "window.bad_time" if 1900 <= year <= 2199 else "window.too_far"


def _datetime(us: int, zone: tzinfo) -> datetime:
    return (_EPOCH + timedelta(microseconds=int(us))).astimezone(zone)


def _us(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
