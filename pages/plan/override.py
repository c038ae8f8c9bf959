"""Control: its mode and watchdog, the last commands, and a value set by hand.

Called by the page of the plan: ``override.show(store)``.
"""

from __future__ import annotations

import time

import streamlit as st

from core.control_config import Actuator
from core.control_store import Command, ControlStore
from core.control_view import ControlView, control_view
from core.errors import SourceError
from core.query import Store
from pages.shared import chart, data, numbers, states, table
from pages.shared.texts import TEXTS, t

HOURS = (0.25, 1, 4, 12, 24, 72)
HOUR_US = 3_600_000_000
EVERY_S = 10
OUTCOMES = {"confirmed": "good", "not_confirmed": "error", "failed": "error",
            "superseded": "unknown", "unchecked": "unknown"}  # fmt: skip


def show(store: Store) -> None:
    """All of it; where there is no control.toml, one sentence."""
    st.subheader(t("control.title"))
    view = control_view(data.settings())
    if view.mode == "off" and not view.commands:
        states.notice(t("control.off"), detail=t("control.off.mend"))
        return
    st.fragment(show_state, run_every=EVERY_S)(store.zone)
    show_form(view, store.zone)


def show_state(zone: str) -> None:
    """Mode, watchdog, overrides and last commands, as they are now."""
    view = control_view(data.settings())
    working = view.working is not None
    words = t(f"control.mode.{view.working or view.mode}")
    if not working:
        seen = t("control.never") if view.seen is None else numbers.moment(view.seen, zone)
        words = t("control.idle", mode=words, seen=seen)
    states.notice(words, state="good" if working and not view.faults else "warning")
    for name, fault in view.faults.items():
        why = reason(str(fault.get("reason")), dict(fault), ())
        states.notice(t("control.watchdog", name=name, why=why), state="error")
    if view.issued is not None:
        chart.show_caption(t("control.issued", moment=numbers.moment(view.issued, zone)))
    for one in view.overrides.values():
        value, until = numbers.number(one.kw, 2), numbers.moment(one.until, zone)
        told = t("control.override.now", name=one.actuator, value=value, until=until, by=one.by,
                 why=one.why)  # fmt: skip
        states.notice(told, state="warning")
    show_commands(view, zone)


def show_commands(view: ControlView, zone: str) -> None:
    """The last commands with what became of them."""
    if not view.commands:
        chart.show_caption(t("control.no_commands"))
        return
    heads = [t(f"control.column.{name}") for name in
             ("at", "actuator", "asked", "sent", "reason", "outcome")]  # fmt: skip
    rows = [command_row(one, zone) for one in view.commands]
    table.show_table(heads, rows, numeric=(2, 3))


def command_row(one: Command, zone: str) -> list[str]:
    """A command as a row of the table."""
    outcome = one.outcome or "unknown"
    return [
        numbers.moment(one.at, zone, seconds=True), one.actuator, numbers.number(one.asked, 2),
        numbers.number(one.sent, 2), table.wrapped(reason(one.reason, dict(one.facts), one.limits)),
        table.state(OUTCOMES.get(outcome, "unknown"), t(f"control.outcome.{outcome}")),
    ]  # fmt: skip


def reason(key: str, facts: dict[str, object], limits: tuple[str, ...]) -> str:
    """A reason in the page's language."""
    named = f"control.reason.{key}"
    told = {name: str(value) for name, value in facts.items()}
    words = t(named, **told) if named in TEXTS else key
    if not limits:
        return words
    cut = ", ".join(t(f"control.limit.{one}") for one in limits)
    return t("control.limited", reason=words, limits=cut)


def person() -> tuple[str, ...] | None:
    """Names that the signed-in person goes by; empty for nobody, None where nobody can sign in."""
    found = st.user.get("is_logged_in")
    if found is None:
        return None
    if found is not True:
        return ()
    verified = st.user.get("email_verified") is not False
    claims = ("email", "preferred_username", "sub") if verified else ("preferred_username", "sub")
    return tuple(str(st.user[claim]) for claim in claims if st.user.get(claim))


def show_form(view: ControlView, zone: str) -> None:
    """A value set by hand, for those who may."""
    if not view.actuators:
        return
    names = person()
    if names is None:
        states.notice(t("control.no_sign_in"), detail=t("control.no_sign_in.mend"))
    elif not names:
        states.notice(t("control.sign_in"))
        st.button(t("control.sign_in.button"), on_click=st.login, type="primary")
    elif not view.may(*names):
        states.notice(t("control.not_you", name=names[0]), state="warning")
    else:
        _show_form(view, names[0])


def _show_form(view: ControlView, by: str) -> None:
    known = {one.name: one for one in view.actuators}
    with st.container(border=True):
        name = st.selectbox(t("control.column.actuator"), list(known), width=260,
                            key="override-actuator")  # fmt: skip
        actuator = known[name]
        with st.form(f"override-{name}", border=False):
            kw, hours, why = _fields(actuator)
            left, right = st.columns([1, 3])
            given = left.form_submit_button(t("control.override.set"), type="primary")
            taken = right.form_submit_button(
                t("control.override.end"), disabled=name not in view.overrides
            )
        chart.show_caption(t("control.override.note", by=by))
    if given or taken:
        _keep(actuator, kw, hours, why, by, given=given)


def _fields(actuator: Actuator) -> tuple[float, float, str]:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        kw = st.number_input(
            t("control.override.kw"), min_value=actuator.min_kw, max_value=actuator.max_kw,
            value=actuator.safe_kw, width=160,
        )  # fmt: skip
        hours = st.selectbox(
            t("control.override.for"), HOURS, index=1, width=160,
            format_func=lambda h: numbers.duration(round(h * HOUR_US)),
        )  # fmt: skip
        why = st.text_input(t("control.override.why"), width=340)
    return float(kw), float(hours), why


def _keep(
    actuator: Actuator, kw: float, hours: float, why: str, by: str, *, given: bool
) -> None:  # fmt: skip
    with ControlStore(data.settings().store) as kept:
        try:
            if given:
                until = time.time_ns() // 1000 + round(hours * HOUR_US)
                kept.override(actuator.name, kw, until, by, why)
            else:
                kept.withdraw(actuator.name, by, why)
        except SourceError as error:
            states.notice(t(f"control.missing.{error.path}"), state="warning")
            return
    st.rerun()
