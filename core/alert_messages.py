"""Messages about alerts: words, and the forms that receivers take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.alert_store import Alert
from core.numerals import Language, moment

WORDS: dict[str, tuple[str, str]] = {
    "info": ("INFO", "HINWEIS"),
    "warning": ("WARNING", "WARNUNG"),
    "error": ("ERROR", "STÖRUNG"),
    "critical": ("CRITICAL", "KRITISCH"),
    "raised": ("raised", "ausgelöst"),
    "worse": ("graver", "schwerer"),
    "ended": ("ended", "beendet"),
    "escalated": ("not acknowledged", "nicht quittiert"),
    "since": ("since {start}", "seit {start}"),
    "was": ("from {start} to {end}", "von {start} bis {end}"),
    "peak": ("peak {peak}", "Spitze {peak}"),
    "moved": ("{what} moved meanwhile", "{what} bewegte sich indessen"),
    "capacity": ("{share} of the capacity", "{share} der Kapazität"),
    "kwp": ("{share} of the nominal power", "{share} der Nennleistung"),
    "one": ("{severity}: {rule} at {device}", "{severity}: {rule} an {device}"),
    "gone": (
        "; if the device has ended for good, say so on the Data page: Manual entry, Ended for good",
        "; ist das Gerät endgültig außer Betrieb, auf der Seite Daten angeben: Handeingabe, "
        "Außer Betrieb",
    ),
    "several": (
        "{count} alerts, the gravest {severity}",
        "{count} Alarme, der schwerste {severity}",
    ),
    "test": (
        "A test of this way of delivery. Nothing is wrong.",
        "Ein Test dieses Zustellwegs. Es liegt nichts vor.",
    ),
    "test.title": ("Test message", "Testnachricht"),
}


def words(key: str, language: Language, **values: str) -> str:
    """A text in one of two languages."""
    english, german = WORDS[key]
    return (german if language == "de" else english).format(**values)


def build_message(
    events: Sequence[tuple[Alert, str, str]], batch: str, zone: str, language: Language
) -> dict[str, Any]:
    """What goes out: title, text and the alerts as data.

    Parameters
    ----------
    events : alert, event and severity, in the order in which they came.
    batch : names the message; the same when it is sent again.
    """
    ranked = ["info", "warning", "error", "critical"]
    worst = max((severity for _, _, severity in events), key=ranked.index)
    first = events[0][0]
    grave = words(worst, language)
    title = (
        words("one", language, severity=grave, rule=first.rule, device=_place(first))
        if len(events) == 1
        else words("several", language, count=str(len(events)), severity=grave)
    )
    lines = [_line(*event, zone, language) for event in events]
    return {
        "id": batch,
        "title": title,
        "text": "\n".join(lines),
        "alerts": [_as_data(*event) for event in events],
    }


def test_message(batch: str, language: Language) -> dict[str, Any]:
    """The message of a test."""
    return {
        "id": batch, "title": words("test.title", language), "text": words("test", language),
        "alerts": [],
    }  # fmt: skip


def _place(one: Alert) -> str:
    return f"{one.device}/{one.signal}" if one.signal else one.device


def _line(one: Alert, event: str, severity: str, zone: str, language: Language) -> str:
    start = moment(one.start, zone, language, seconds=True)
    span = (
        words("since", language, start=start)
        if one.end is None
        else words("was", language, start=start, end=moment(one.end, zone, language, seconds=True))
    )
    peak = words("peak", language, peak=peak_text(one.peak, one.unit, one.condition, language))
    kind = words(event.partition(":")[0], language)
    hint = words("gone", language) if one.condition == "missing" and one.end is None else ""
    return f"{words(severity, language)} {one.rule} {_place(one)} {kind}, {span}, {peak}{hint}"


def peak_text(peak: float, unit: str, condition: str, language: Language) -> str:
    """A peak with its unit: a silence in hours and minutes, shares in percent."""
    if unit == "s":
        hours, rest = divmod(round(peak), 3600)
        return f"{hours} h {rest // 60} min" if hours else f"{rest // 60} min"
    if unit in ("capacity", "kwp"):
        what = words(unit, language, share=f"{100 * peak:.4g} %")
    elif unit == "1" and condition in ("deviation", "stuck", "reset"):
        what = f"{100 * peak:.4g} %"
    else:
        what = f"{peak:.4g}" if unit == "1" else f"{peak:.4g} {unit}"
    return words("moved", language, what=what) if condition == "stuck" else what


def _as_data(one: Alert, event: str, severity: str) -> dict[str, Any]:
    return {
        "alert": one.id, "event": event.partition(":")[0], "severity": severity, "rule": one.rule,
        "device": one.device, "signal": one.signal, "start_us": one.start, "end_us": one.end,
        "peak": one.peak, "unit": one.unit, "count": one.count,
    }  # fmt: skip


def as_form(message: Mapping[str, Any], form: str) -> dict[str, Any]:
    """The message as a webhook takes it: ``json``, ``slack`` or ``teams`` (adaptive card)."""
    if form == "slack":
        return {"text": f"*{message['title']}*\n{message['text']}"}
    if form == "teams":
        body = [
            {"type": "TextBlock", "text": message["title"], "weight": "bolder", "wrap": True},
            *({"type": "TextBlock", "text": line, "wrap": True}
              for line in str(message["text"]).splitlines()),
        ]  # fmt: skip
        card = {
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "type": "AdaptiveCard", "version": "1.4", "body": body,
        }  # fmt: skip
        return {
            "type": "message",
            "attachments": [
                {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
            ],
        }
    return dict(message)
