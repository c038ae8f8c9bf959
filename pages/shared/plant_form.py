"""The form that describes a PV plant; see docs/plants.md."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from core import query
from core.errors import ConfigError, SourceError
from core.known_plants import faults_of, known_plants
from core.plant_faults import Fault
from core.plant_file import plants_file, put_plant, remove_plant
from core.plant_rows import CHOICES, SITE, TABLES, entered_plant, site_texts, table_rows
from core.plants import Plant
from pages.shared import data, numbers, states
from pages.shared.texts import TEXTS, current_language, t
from pages.shared.wording import detail_in_language

DONE = "plants-done"


def show_plants(store: query.Store) -> None:
    """Plants that are known, and the form for one of them or a new one."""
    done = st.session_state.pop(DONE, None)
    if done is not None:
        states.notice(done, state="good")
    path = plants_file(store.root, data.settings().plants)
    st.subheader(t("plants.title"))
    st.caption(t("plants.file", path=str(path)))
    try:
        known = known_plants(store, path)
    except SourceError as error:
        states.notice(t("plants.file_wrong"), detail=detail_in_language(str(error)), state="error")
        return
    for one in known.wrong:
        states.notice(
            t("plants.one_wrong", name=one.name or numbers.NOTHING),
            detail=detail_in_language(str(one.error)), state="error",
        )  # fmt: skip
    for device, why in known.refused.items():
        states.notice(
            t("plants.refused", device=device), detail=detail_in_language(why), state="unknown"
        )
    names = [one.name for one in known.plants]
    chosen = st.selectbox(
        t("plants.choose"), [*names, ""], width=320, key="plants-choose",
        format_func=lambda name: name or t("plants.new"),
    )  # fmt: skip
    plant = known.plant(chosen) if chosen else None
    described = plant is not None and plant.name in known.described
    if plant is not None:
        say_what_is_known(store, plant, described)
    edit(store, plant, plant if described else None)


def say_what_is_known(store: query.Store, plant: Plant, described: bool) -> None:
    """Size, what stands in for what was not told, and what the store does not have."""
    size = t(
        "plants.size", kwp=numbers.number(plant.kwp), arrays=numbers.number(len(plant.arrays)),
        inverters=numbers.number(len(plant.inverters)), sensors=numbers.number(len(plant.sensors)),
    )  # fmt: skip
    st.caption(size if described else f"{size} · {t('plants.from_facts')}")
    if plant.assumed:
        # The same of every array is said once.
        keys = dict.fromkeys(one.rpartition(": ")[2] for one in plant.assumed)
        names = ", ".join(t(f"plants.field.{key}").partition(":")[0] for key in keys)
        st.caption(t("plants.assumed", names=names))
    for fault in faults_of(store, plant):
        states.notice(t("plants.not_in_store"), detail=detail_in_language(fault), state="warning")


def edit(store: query.Store, plant: Plant | None, before: Plant | None) -> None:
    """The fields of a plant, and the buttons that make them count."""
    key = f"plants-{plant.name if plant else ''}"
    with st.form(key, border=True):
        site = site_fields(store, plant, key)
        tables = {name: edited_table(store, plant, name, key) for name in TABLES}
        left, right = st.columns([1, 5])
        saved = left.form_submit_button(t("plants.save"), type="primary")
        taken_out = before is not None and right.form_submit_button(t("plants.remove"))
    if taken_out and before is not None:
        finish(lambda path: remove_plant(path, before), store, "plants.removed", before.name)
    if not saved:
        return
    found = entered_plant(site, tables, decimal())
    for fault in found.faults:
        states.notice(fault_words(fault), state="error")
    entered = found.plant
    if entered is not None:
        finish(lambda path: put_plant(path, entered, before), store, "plants.saved", entered.name)


def finish(write: Any, store: query.Store, key: str, name: str) -> None:
    """Write the file, and show the page anew; or say why it cannot be."""
    try:
        write(plants_file(store.root, data.settings().plants))
    except (ConfigError, SourceError) as error:
        states.notice(t("plants.not_written"), detail=detail_in_language(str(error)), state="error")
        return
    st.session_state[DONE] = t(key, name=name)
    st.rerun()


def decimal() -> str:
    """Decimal mark of the page's language."""
    return "," if current_language() == "de" else "."


def site_fields(store: query.Store, plant: Plant | None, key: str) -> dict[str, str]:
    """Name, place and what holds for the whole plant."""
    held = site_texts(plant, decimal())
    devices = [one.name for one in data.devices(store)]
    columns = st.columns(4)
    typed: dict[str, str] = {}
    for number, field in enumerate(one for one in SITE if one != "horizon"):
        place = columns[number % 4]
        label, widget = t(f"plants.field.{field}"), f"{key}-{field}"
        if field in ("device", "weather"):
            options = ["", *devices] if held[field] in ("", *devices) else ["", held[field]]
            typed[field] = place.selectbox(
                label, options, index=options.index(held[field]), key=widget,
                format_func=lambda name: name or numbers.NOTHING,
            )  # fmt: skip
        else:
            typed[field] = place.text_input(label, value=held[field], key=widget)
    typed["horizon"] = st.text_input(
        t("plants.field.horizon"), value=held["horizon"], key=f"{key}-horizon",
        placeholder="7.3; 6.5; 5.7; 5" if decimal() == "." else "7,3; 6,5; 5,7; 5",
    )  # fmt: skip
    return typed


def edited_table(
    store: query.Store, plant: Plant | None, table: str, key: str
) -> list[dict[str, Any]]:
    """Rows of arrays, inverters or sensors; rows can be added and taken out."""
    st.caption(t(f"plants.table.{table}"))
    frame = table_rows(plant, table)
    if plant is None and table == "array":
        frame = pd.DataFrame([{}], columns=frame.columns).astype(frame.dtypes)
    columns = {name: column(store, name) for name in TABLES[table]}
    edited = st.data_editor(
        frame, column_config=columns, num_rows="dynamic", hide_index=True, width="stretch",
        placeholder=numbers.NOTHING,
        key=f"{key}-{table}",
    )  # fmt: skip
    return edited.to_dict("records")


def column(store: query.Store, name: str) -> Any:
    """How a column of a table is edited."""
    label = t(f"plants.field.{name}")
    if name in CHOICES:
        return st.column_config.SelectboxColumn(label, options=list(CHOICES[name]))
    if name == "device":
        names = [one.name for one in data.devices(store)]
        return st.column_config.SelectboxColumn(label, options=names)
    if name in ("tilt", "azimuth", "kwp", "gamma_pdc", "ac_limit_kw", "efficiency"):
        return st.column_config.NumberColumn(label)
    return st.column_config.TextColumn(label)


def fault_words(fault: Fault) -> str:
    """What is wrong with a value, in the language of the page."""
    field = t(f"plants.field.{fault.key}") if f"plants.field.{fault.key}" in TEXTS else fault.key
    if fault.key in TABLES:
        field = t(f"plants.table.{fault.key}")
    where = field
    if fault.table:
        row = numbers.number(fault.index + 1)
        where = t("plants.fault.where", table=t(f"plants.table.{fault.table}"), row=row,
                  field=field)  # fmt: skip
    key = f"plants.fault.{fault.kind}"
    told = {name: str(value) for name, value in fault.told.items()}
    sentence = t(key, **told) if key in TEXTS else fault.message
    expected = f"plants.expect.{fault.key}"
    hint = f" ({t(expected)})" if expected in TEXTS and not fault.kind.startswith("plant_") else ""
    return f"{where}: {sentence}{hint}" if where else f"{sentence}{hint}"
