"""Key figures of collecting, and the table of devices."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.failures import parse_kept
from core.levels import SECOND
from core.live import DeviceLive, LiveReport, Outage, live_report
from core.query import Store
from pages.shared import chart, numbers, table
from pages.shared.chart import KeyFigure
from pages.shared.texts import TEXTS, t

LOOK = {
    "up": "good", "silent": "warning", "outage": "error", "never": "error", "stopped": "unknown",
}  # fmt: skip
DAY_US = 86_400 * SECOND
LONGEST_ERROR = 90
MOST_NAMES = 12


def load(store: Store, now: int) -> LiveReport | None:
    """How collecting goes; None where the journal was taken away meanwhile."""
    journal = store.journal
    return None if journal is None else live_report(store, journal, now)


def show_figures(store: Store, now: int) -> None:
    """Five figures and the sentence that sums them up."""
    report = load(store, now)
    if report is None:
        return
    chart.show_key_figures(key_figures(report, store.zone))
    st.subheader(headline(report))


def key_figures(report: LiveReport, zone: str) -> list[KeyFigure]:
    """Devices up, poll rate, errors, backlog, age of the newest reading."""
    per_min = report.polls_per_s * 60
    rate = (per_min, "/min") if report.polls_per_s < 10 else (report.polls_per_s, "/s")
    worst = max(report.devices, key=lambda one: one.errors, default=None)
    return [
        KeyFigure(
            t("live.figure.up"),
            t("live.figure.of", part=numbers.number(report.up),
              all=numbers.number(len(report.devices))),
            state=worst_look(report),
            note=down_words(report, zone),
        ),
        KeyFigure(
            t("live.figure.rate"), numbers.number(rate[0], 1 if rate[0] < 100 else 0), rate[1],
            note=t("live.figure.rate.note"),
        ),
        KeyFigure(
            t("live.figure.errors"), numbers.number(report.errors),
            state="warning" if report.errors else None,
            note=t("live.figure.errors.most", name=worst.name, count=numbers.number(worst.errors))
            if worst is not None and worst.errors
            else t("live.figure.errors.none"),
        ),
        KeyFigure(
            t("live.figure.backlog"), numbers.number(report.readings),
            t("live.figure.backlog.unit"),
            note=backlog_words(report),
        ),
        KeyFigure(
            t("live.figure.age"),
            numbers.NOTHING if report.newest is None else age(report.now - report.newest),
            "" if report.newest is None else t("live.figure.age.unit"),
            note=t("live.figure.age.none") if report.newest is None
            else numbers.moment(report.newest, zone, seconds=True),
        ),
    ]  # fmt: skip


def worst_look(report: LiveReport) -> str:
    """State of the gravest device."""
    return LOOK[report.devices[0].state] if report.devices else "unknown"


def down_words(report: LiveReport, zone: str) -> str:
    """How many devices are down, or since when nobody asks them."""
    if not report.running:
        if report.alive is None:
            return t("live.figure.never_ran")
        return t("live.figure.stopped", since=when(report.alive, report.now, zone))
    down = sum(one.state in ("outage", "never") for one in report.devices)
    return t("live.figure.down", count=numbers.number(down)) if down else t("live.figure.all_up")


def backlog_words(report: LiveReport) -> str:
    """Age of the backlog and size of the journal."""
    size = bytes_words(report.size)
    if report.oldest is None:
        return t("live.figure.backlog.none", size=size)
    return t("live.figure.backlog.note", age=age(report.now - report.oldest), size=size)


def bytes_words(count: int) -> str:
    """Size on disk in kB or MB."""
    unit, size = ("MB", 1e6) if count >= 1e6 else ("kB", 1e3)
    return f"{numbers.number(count / size, 1 if count < 1e8 else 0)}{numbers.NBSP}{unit}"


def headline(report: LiveReport) -> str:
    """One sentence: what needs somebody, or that nothing does."""
    if not report.running:
        return t("live.headline.stopped")
    count = len(report.devices)
    for states, key in ((("outage", "never"), "down"), (("silent",), "silent")):
        found = [one for one in report.devices if one.state in states]
        if not found:
            continue
        # The longest first.
        first = min(found, key=lambda one: one.since if one.since is not None else report.now)
        if first.since is None:
            if len(found) == 1:
                return t("live.headline.never", name=first.name)
            return t("live.headline.silent_yets", count=numbers.number(len(found)),
                     all=numbers.number(count))  # fmt: skip
        lasted = age(report.now - first.since)
        if len(found) == 1:
            return t(f"live.headline.{key}", name=first.name, age=lasted)
        return t(f"live.headline.{key}s", name=first.name, age=lasted,
                 count=numbers.number(len(found)), all=numbers.number(count))  # fmt: skip
    key = "live.headline.one" if count == 1 else "live.headline.calm"
    return t(key, count=numbers.number(count))


def show_devices(report: LiveReport, zone: str) -> None:
    """Table of all devices, those that need somebody first."""
    st.subheader(t("live.devices"))
    names = (
        "device", "site", "state", "poll", "rate", "latency", "errors", "newest", "age", "error",
    )  # fmt: skip
    rows = [device_row(one, report, zone) for one in report.devices]
    table.show_table([t(f"live.col.{name}") for name in names], rows, numeric=(4, 5, 6, 8))
    chart.show_caption(t("live.devices.note", zone=zone))
    if report.former:
        chart.show_caption(t("live.devices.former", names=few(report.former)))


def few(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    more = len(names) - MOST_NAMES
    told = ", ".join(names[:MOST_NAMES])
    return f"{told} +{more}" if more > 0 else told


def device_row(one: DeviceLive, report: LiveReport, zone: str) -> list[str]:
    """What the table says of a device."""
    about, now = one.about, report.now
    listened = not about.polls or (about.last_poll is not None and not one.polls_per_s)
    polled = (
        numbers.NOTHING if about.last_poll is None else when(about.last_poll, now, zone)
    )  # fmt: skip
    latency = numbers.NOTHING
    if about.latency_s:
        latency = f"{numbers.number(1000 * about.latency_s, 0)}{numbers.NBSP}ms"
    return [
        table.cut(one.name, most=28),
        table.cut(about.site or numbers.NOTHING, most=20),
        table.state(LOOK[one.state], state_words(one, now, zone)),
        polled,
        numbers.NOTHING if listened else numbers.number(60 * one.polls_per_s, 1),
        latency,
        f"{numbers.number(one.errors)} / {numbers.number(about.errors)}",
        numbers.NOTHING if one.newest is None else when(one.newest, now, zone),
        numbers.NOTHING if one.newest is None else age(now - one.newest),
        last_error(one, now, zone),
    ]


def last_error(one: DeviceLive, now: int, zone: str) -> str:
    """When the last attempt failed, and why."""
    about = one.about
    if not about.last_error or about.last_error_at is None:
        return numbers.NOTHING
    words = error_words(about.last_error)
    return table.wrapped(f"{when(about.last_error_at, now, zone)} · {words}", most=LONGEST_ERROR)


def state_words(one: DeviceLive, now: int, zone: str) -> str:
    """State of a device in words."""
    if one.state == "up" and one.feeds:
        if len(one.feeds) == 1:
            return t("live.state.feeds.one", name=one.feeds[0])
        return t("live.state.feeds.many", count=numbers.number(len(one.feeds)))
    if one.state == "silent":
        if one.since is None:
            return t("live.state.silent_yet")
        return t("live.state.silent", age=age(now - one.since))
    if one.state == "outage" and one.since is not None:
        return t("live.state.outage", moment=when(one.since, now, zone))
    return t(f"live.state.{one.state}")


def error_words(text: str) -> str:
    """An error as the journal has it, in the page's language as far as it is known there."""
    failure = parse_kept(text)
    kind, reason = f"live.error.{failure.kind}", f"live.why.{failure.key}"
    if kind not in TEXTS:
        return failure.english
    if reason not in TEXTS:
        return t(kind, why=failure.text)
    why = t(reason, **failure.facts).strip()
    return t(kind, why=f"{failure.place}: {why}" if failure.place else why)


def reason_words(one: Outage) -> str:
    """Why an outage began."""
    return error_words(one.reason) if one.device else t("live.outages.stopped")


def when(us: int, now: int, zone: str) -> str:
    """A moment with seconds; the day is left out where it is less than half a day ago."""
    text = numbers.moment(us, zone, seconds=True)
    return text.rsplit(" ", 1)[1] if abs(now - us) < DAY_US // 2 else text


def age(us: int) -> str:
    """An age to the second; a device's clock may run ahead a little."""
    return numbers.duration(max(us, 0) // SECOND * SECOND)
