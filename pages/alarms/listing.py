"""Key figures, what is open, and what was: filtered by the URL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from core.alert_store import Alert
from core.analytics.alerts import SEVERITIES
from pages.shared import address, chart, numbers, table
from pages.shared.chart import KeyFigure
from pages.shared.texts import TEXTS, t

LOOK = {"info": "unknown", "warning": "warning", "error": "error", "critical": "critical"}
GRAVEST = tuple(reversed(SEVERITIES))
MOST_ROWS = 200
SHARES = ("deviation", "stuck", "reset")  # conditions whose measure without a unit is a share
MOVED = ("capacity", "kwp")  # what moved while a value stood, as a share of these


@dataclass(frozen=True)
class Filter:
    """What the URL asks for; empty is everything."""

    severity: str = ""
    device: str = ""
    rule: str = ""
    state: str = ""

    def lets(self, one: Alert) -> bool:
        """Whether an alert is shown."""
        return (
            self.severity in ("", one.severity)
            and self.device in ("", one.device)
            and self.rule in ("", one.rule)
            and self.state in ("", one.state)
        )


def key_figures(alerts: Sequence[Alert]) -> list[KeyFigure]:
    """Open alerts by severity, and when the newest was raised."""
    going = [one for one in alerts if one.end is None]
    figures = []
    for severity in GRAVEST:
        mine = [one for one in going if one.severity == severity]
        unseen = sum(one.acknowledged is None for one in mine)
        note = t("alerts.figure.unseen", count=numbers.number(unseen)) if mine else ""
        figures.append(
            KeyFigure(
                t(f"alerts.severity.{severity}"), numbers.number(len(mine)),
                state=LOOK[severity] if mine else "good", note=note,
            )
        )  # fmt: skip
    return figures


def headline(alerts: Sequence[Alert], zone: str) -> str:
    """One sentence: what is open."""
    going = [one for one in alerts if one.end is None]
    if not going:
        return t("alerts.headline.calm")
    worst = max(going, key=lambda one: (SEVERITIES.index(one.severity), one.raised))
    key = "alerts.headline.one" if len(going) == 1 else "alerts.headline.some"
    return t(
        key, count=numbers.number(len(going)), rule=rule_words(worst.rule), device=worst.device,
        moment=numbers.moment(worst.start, zone),
    )  # fmt: skip


def pick_filter(alerts: Sequence[Alert]) -> Filter:
    """Choices bound to the URL."""
    told = {
        "severity": _pick("severity", GRAVEST, lambda v: _words("severity", v)),
        "device": _pick("of", sorted({one.device for one in alerts}), str),
        "rule": _pick("rule", sorted({one.rule for one in alerts}), rule_words),
        "state": _pick("state", ("open", "acknowledged", "snoozed", "ended"),
                       lambda v: _words("state", v)),
    }  # fmt: skip
    return Filter(**told)


def _pick(name: str, values: Sequence[str], words: Callable[[str], str]) -> str:
    """One of the values; what else the URL asks for is offered as it stands, and lets nothing."""
    asked = address.get(name) or ""
    options = ["", *values] if asked in ("", *values) else ["", asked, *values]
    chosen: str = st.selectbox(
        t(f"alerts.filter.{name}"), options, width=200,
        format_func=lambda value: words(value) if value else t("alerts.filter.all"),
        **address.bound(name, asked),
    )  # fmt: skip
    return chosen


def show_open(alerts: Sequence[Alert], zone: str, now: int) -> None:
    """Table of what is open, the gravest first."""
    going = sorted(
        (one for one in alerts if one.end is None),
        key=lambda one: (-SEVERITIES.index(one.severity), -one.raised),
    )
    st.subheader(t("alerts.open"))
    if not going:
        chart.show_caption(t("alerts.open.none"))
        return
    _show(going, zone, now)


def show_history(alerts: Sequence[Alert], zone: str, now: int) -> None:
    """Table of what has ended, newest first."""
    ended = [one for one in alerts if one.end is not None]
    st.subheader(t("alerts.history"))
    if not ended:
        chart.show_caption(t("alerts.history.none"))
        return
    _show(ended, zone, now)


def _show(alerts: Sequence[Alert], zone: str, now: int) -> None:
    names = ("severity", "rule", "device", "start", "lasted", "peak", "count", "state", "note")
    rows = [_row(one, zone, now) for one in alerts[:MOST_ROWS]]
    table.show_table([t(f"alerts.col.{name}") for name in names], rows, numeric=(5, 6))
    shown, every = numbers.number(min(len(alerts), MOST_ROWS)), numbers.number(len(alerts))
    if len(alerts) > MOST_ROWS:
        chart.show_caption(t("alerts.more", shown=shown, all=every))


def _row(one: Alert, zone: str, now: int) -> list[str]:
    lasted = (one.end if one.end is not None else max(now, one.raised)) - one.start
    link = {"alert": str(one.id), **address.carried()}
    who = one.acknowledged
    return [
        table.state(LOOK[one.severity], t(f"alerts.severity.{one.severity}")),
        table.link(rule_words(one.rule), "alerts", link),
        table.cut(place_words(one), most=34),
        numbers.moment(one.start, zone),
        numbers.duration(lasted),
        peak_words(one),
        numbers.number(one.count),
        t(f"alerts.state.{one.state}"),
        table.cut("" if who is None else f"{who.by}: {who.note}".rstrip(": "), most=40),
    ]


def place_words(one: Alert) -> str:
    """Device, and the signal where the alert is of one."""
    return f"{one.device} · {one.signal}" if one.signal else one.device


def rule_words(name: str) -> str:
    """A shipped rule's name in words; others are called what they are."""
    return _words("rule", name)


def _words(kind: str, name: str) -> str:
    key = f"alerts.{kind}.{name}"
    return t(key) if key in TEXTS else name


def peak_words(one: Alert) -> str:
    """A peak with its unit; seconds as a duration, shares in percent, states as they are."""
    if one.unit == "s":
        return numbers.duration(round(one.peak * 1e6))
    if one.unit in MOVED:
        return t(f"alerts.peak.{one.unit}", share=numbers.percent(one.peak))
    if one.unit == "1" and one.condition in SHARES:
        return numbers.percent(one.peak)
    return numbers.quantity(one.peak, "" if one.unit == "1" else one.unit)
