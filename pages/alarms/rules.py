"""The rules as a table to edit, with what each would have found."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.alert_rules import AlertConfig, rule_as_table
from core.alert_rules_file import COLUMNS, NUMBERS, rules_frame, rules_from_frame, write_rules
from core.alert_subjects import Doubt
from core.alert_views import PREVIEW_DAYS, Preview, preview_rule
from core.analytics.alerts import CONDITIONS, SEVERITIES, Rule
from core.errors import ConfigError, DeclarationError, RuleError
from core.pv_plant import plants_stamp
from core.query import Store
from pages.alarms import listing
from pages.shared import chart, data, numbers, states, table
from pages.shared.texts import TEXTS, current_language, t
from pages.shared.wording import detail_in_language

# What is changed most stands first: on a narrow screen the rest is reached by scrolling.
ORDER = ("title", "enabled", "warning", "error", "critical", "hold_s", "clear_by", "clear_s",
         "quiet", "recipients", "info", "name", "condition", "quantity", "signal", "device",
         "per", "day_only", "against", "mean_s", "over_s", "escalate_s", "note")  # fmt: skip
# A heading stands behind a mark; those before `info` fit beside the sidebar in 1400 px.
WIDTHS = {**dict.fromkeys(SEVERITIES, 95), **dict.fromkeys(NUMBERS, 100), "info": 110,
          "enabled": 60, "day_only": 80, "quiet": 105, "recipients": 110, "name": 160,
          "condition": 145, "quantity": 260, "signal": 200, "device": 130, "per": 90,
          "against": 150, "note": 420}  # fmt: skip
TABLE = "rules-table"
ROUND = "rules-round"  # another key makes the table forget its edits


def show_rules(store: Store, config: AlertConfig, *, editable: bool = True) -> None:
    """Table, preview, save; not to be edited while the file is wrong."""
    st.subheader(t("alerts.rules"))
    chart.show_caption(t("alerts.rules.note", path=str(config.path)))
    if saved := st.session_state.pop("rules-saved", None):
        states.notice(saved, state="good")
    above = st.container()  # below a long table nobody would see why a cell is not taken
    frame = rules_frame(config.rules, "de" if current_language() == "de" else "en")
    frame.insert(0, "title", [listing.rule_words(rule.name) for rule in config.rules])
    key = f"{TABLE}-{st.session_state.get(ROUND, 0)}"
    changed: pd.DataFrame = st.data_editor(
        frame, key=key, hide_index=True, num_rows="dynamic", height=35 * (len(frame) + 2) + 3,
        column_config=_columns(), column_order=ORDER, disabled=True if not editable else ["title"],
    )  # fmt: skip
    chart.show_caption(t("alerts.rules.limits"))
    try:
        rules = rules_from_frame(changed, config.rules)
    except ConfigError as error:
        with above:
            states.notice(t("alerts.rules.wrong"), detail=error_words(error), state="error")
        return
    _show_preview(store, rules)
    if not editable:
        return
    differ = [rule.name for rule in rules if rule not in config.rules]
    gone = {rule.name for rule in config.rules} - {rule.name for rule in rules}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button(t("alerts.save"), type="primary", disabled=not differ and not gone):
            _save(config, rules, store.zone)
        if differ or gone:
            names = ", ".join([*differ, *sorted(gone)])
            chart.show_caption(t("alerts.unsaved", names=names))


def _columns() -> dict[str, object]:
    """Titles, and what each column takes."""
    configs: dict[str, object] = {
        "title": st.column_config.TextColumn(t("alerts.field.title"), pinned=True, width=175),
    }
    for name in COLUMNS:
        title, tip = t(f"alerts.field.{name}"), t(f"alerts.field.{name}.help")
        if name in ("enabled", "day_only"):
            configs[name] = st.column_config.CheckboxColumn(
                title, help=tip, default=name == "enabled", width=WIDTHS[name]
            )
        elif name == "condition":
            configs[name] = st.column_config.SelectboxColumn(
                title, help=tip, options=list(CONDITIONS), default="threshold", required=True,
                width=WIDTHS[name],
                format_func=lambda value: t(f"alerts.condition.{value}"),
            )  # fmt: skip
        elif name == "per":
            configs[name] = st.column_config.SelectboxColumn(
                title, help=tip, options=["device", "signal"], default="device", width=WIDTHS[name],
                format_func=lambda value: t(f"alerts.per.{value}"),
            )  # fmt: skip
        elif name in NUMBERS:
            # As text a number has the decimal sign of the page, whatever the browser's language.
            configs[name] = st.column_config.TextColumn(
                title, help=tip, default="0", width=WIDTHS[name], alignment="right"
            )
        else:
            configs[name] = st.column_config.TextColumn(
                title, help=tip, default="", width=WIDTHS[name]
            )
    return configs


def error_words(error: ConfigError | DeclarationError) -> str:
    """What is wrong with rules, in the language of the page as far as it is known there."""
    wrong = error if isinstance(error, RuleError) else error.__cause__
    if not isinstance(wrong, RuleError) or f"alerts.wrong.{wrong.kind}" not in TEXTS:
        return detail_in_language(str(error))
    told: dict[str, str] = dict(wrong.told)
    if "rule" in told:
        told["rule"] = listing.rule_words(told["rule"])
    for name in ("column", "severity", "grave", "mild"):
        table_of = "to" if "recipient" in told else "field"
        if name in told and f"alerts.{table_of}.{told[name]}" in TEXTS:
            told[name] = t(f"alerts.{table_of}.{told[name]}")
    words = t(f"alerts.wrong.{wrong.kind}", **told)
    if "rule" in told:
        words = t("alerts.wrong.of", rule=told["rule"], what=words)
    if "recipient" in told:
        words = t("alerts.wrong.of_recipient", recipient=told["recipient"], what=words)
    if "column" in told:
        words = t("alerts.wrong.in", column=told["column"], what=words)
    if isinstance(error, DeclarationError):
        return f"{error.path}:{error.line}: {words}"
    return words


def doubt_words(doubt: Doubt) -> str:
    """What a rule or a maintenance names and nothing answers to."""
    place = listing.rule_words(doubt.where) if doubt.where else t("alerts.maintenance")
    near = t("alerts.doubt.near", name=doubt.near) if doubt.near else ""
    return t(f"alerts.doubt.{doubt.kind}", place=place, name=doubt.name) + near


def _save(config: AlertConfig, rules: Sequence[Rule], zone: str) -> None:
    try:
        write_rules(config, rules, zone)
    except ConfigError as error:
        states.notice(t("alerts.rules.wrong"), detail=error_words(error), state="error")
        return
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
    st.session_state["rules-saved"] = t("alerts.saved", path=str(config.path))
    st.rerun()


def _show_preview(store: Store, rules: Sequence[Rule]) -> None:
    """How often a rule, as it stands in the table, would have fired."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        names = [rule.name for rule in rules]
        name = st.selectbox(
            t("alerts.preview.of"), names, format_func=listing.rule_words, width=280,
            key="preview-rule",
        )  # fmt: skip
        asked = st.button(t("alerts.preview"))
    if not asked and st.session_state.get("preview-shown") != name:
        return
    st.session_state["preview-shown"] = name
    rule = next(one for one in rules if one.name == name)
    with st.spinner(t("alerts.preview.runs")):
        stamp = plants_stamp(store, data.settings().plants)
        table_of = json.dumps(rule_as_table(rule))
        found = data.report(store, preview_rule, table_of, PREVIEW_DAYS, stamp)
    if found is None:
        states.notice(t("empty.no_readings"))
        return
    states.notice(preview_words(found, name), detail=_lacking(found))
    if found.rows:
        titles = [t(f"alerts.{name}") for name in ("col.device", "col.severity", "preview.count",
                                                   "preview.before")]  # fmt: skip
        rows = [
            [device, table.state(listing.LOOK[severity], t(f"alerts.severity.{severity}")),
             numbers.number(raised), numbers.number(lasted)]
            for device, severity, raised, lasted in found.rows
        ]  # fmt: skip
        table.show_table(titles, rows, numeric=(2, 3))


def preview_words(found: Preview, name: str) -> str:
    """What the preview found: what was raised, and what lasted from before."""
    days = round((found.end - found.start) / 86_400e6)
    key = {0: "alerts.preview.never", 1: "alerts.preview.once"}.get(
        found.total, "alerts.preview.times"
    )
    words = t(
        key, rule=listing.rule_words(name), count=numbers.number(found.total),
        days=numbers.number(days), fired=numbers.number(found.fired),
        devices=numbers.number(found.devices),
    )  # fmt: skip
    if not found.lasted:
        return words
    more = "alerts.preview.lasted.one" if found.lasted == 1 else "alerts.preview.lasted.some"
    return f"{words} {t(more, count=numbers.number(found.lasted))}"


def _lacking(found: Preview) -> str:
    """What keeps the rule from watching devices, in words."""
    words = []
    for device, missing in found.lacking:
        key = f"alerts.lacks.{missing}"
        words.append(f"{device}: {t(key) if key in TEXTS else missing}")
    return t("alerts.lacks", what="; ".join(words)) if words else ""
