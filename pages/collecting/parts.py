"""Strings, packs and cells of a device at the present moment, against their peers."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st
from plotly.colors import sample_colorscale

from core.charts import DIVERGING
from core.live import last_values
from core.live_charts import part_colours
from core.peers import NEAR_US, Moment, Peers, at_moment, find_peers, missing_signals
from core.query import Store
from pages.collecting.answer import age
from pages.shared import address, chart, numbers, table
from pages.shared.texts import t

MOST_ROWS = 16
VIEWS = ("deviation", "value")
_STOPS = [0.0, 0.25, 0.5, 0.75, 1.0]
_STYLE = f"""<style>
.zg-parts {{ border-collapse: separate; border-spacing: 1px; table-layout: fixed; width: 100%;
  font-size: 0.72rem; color: var(--zg-muted); font-variant-numeric: tabular-nums; }}
.zg-parts caption {{ text-align: left; padding-left: 3.2rem; }}
.zg-parts th {{ font-weight: 400; text-align: center; min-width: 1.1rem; }}
.zg-parts th:first-child {{ width: 3rem; text-align: right; padding-right: 0.5rem;
  white-space: nowrap; }}
.zg-parts td {{ height: 1.7rem; min-width: 1.1rem; text-align: center; border-radius: 1px; }}
.zg-parts td.gone {{ border: 1px dashed var(--zg-border); }}
.zg-scale {{ display: flex; gap: 0.5rem; align-items: center; padding-left: 3.2rem; }}
.zg-scale i {{ width: 9rem; height: 0.6rem; }}
.zg-scale i.centred {{ background: linear-gradient(90deg, {
    ", ".join(str(one[1]) for one in DIVERGING)
}); }}
.zg-scale i.sequence {{ background: linear-gradient(90deg, {
    ", ".join(sample_colorscale("Cividis", _STOPS))
}); }}
</style>"""


def show_parts(store: Store, device: str, now: int) -> None:
    """Heatmap and table of signals of one quantity; nothing where a device has none."""
    journal = store.journal
    if journal is None:
        return
    values = last_values(journal, device, now)
    groups = {one.name: one for one in find_peers(values)}
    if not groups:
        return
    st.subheader(t("live.parts"))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        peers = groups[_pick("parts", "live.parts.group", list(groups), 300)]
        view = _pick("part_view", "live.parts.view", list(VIEWS), 160, words=True)
    moment = at_moment(peers, values)
    st.markdown(f"**{title(peers, moment)}**")
    st.html(heatmap(peers, moment, view))
    chart.show_caption(note(peers, moment, store.zone))
    show_table(peers, moment)


def heatmap(peers: Peers, moment: Moment, view: str) -> str:
    """A field for each part, its words under the pointer; one without a reading is crossed out.

    A table and not a figure: a figure drawn anew every few seconds would flicker.
    """
    centred = view == "deviation"
    shown = moment.deviation if centred else moment.values
    colours, low, high = part_colours(shown, centred=centred)
    head = "".join(f"<th>{number}</th>" for number in peers.columns)
    row_title = t("live.parts.row.pack" if _of_cells(peers) else "live.parts.row")
    corner = row_title if any(peers.rows) else ""
    body = "".join(
        f"<tr><th>{escape(row)}</th>"
        + "".join(
            _field(peers, moment, (i, j), colours[i][j]) for j in range(len(peers.columns))
        )
        + "</tr>"
        for i, row in enumerate(peers.rows)
    )  # fmt: skip
    ends = [
        deviation_words(end, peers.unit) if centred else numbers.quantity(end, peers.unit)
        for end in (low, high)
    ]
    kind = "centred" if centred else "sequence"
    scale = f'<span>{ends[0]}</span><i class="{kind}"></i><span>{ends[1]}</span>'
    columns = escape(t(column_key(peers)))
    return (
        f'{_STYLE}<div class="zg-scroll"><table class="zg-parts"><caption>{columns}'
        f"</caption><thead><tr><th>{escape(corner)}</th>{head}</tr></thead><tbody>{body}</tbody>"
        f'</table></div><div class="zg-scale zg-caption">{scale if np.isfinite(low) else ""}</div>'
    )


def _field(peers: Peers, moment: Moment, at: tuple[int, int], colour: str) -> str:
    name, value = peers.signals[at[0]][at[1]], float(moment.values[at])
    if not name:
        return "<td></td>"
    if np.isnan(value):
        return f'<td class="gone" title="{escape(name)}: {escape(t("live.parts.missing"))}">×</td>'
    words = f"{name}: {numbers.quantity(value, peers.unit)}"
    off = signed(float(moment.deviation[at]), peers.unit)
    return f'<td style="background:{colour}" title="{escape(words)} ({escape(off)})"></td>'


def _pick(name: str, key: str, options: list[str], width: int, *, words: bool = False) -> str:
    asked = address.get(name)
    return str(
        st.selectbox(
            t(key), options, width=width,
            format_func=(lambda one: t(f"{key}.{one}")) if words else str,
            **address.bound(name, asked if asked in options else options[0]),
        )
    )  # fmt: skip


def _of_cells(peers: Peers) -> bool:
    return peers.quantity.startswith("cell_") or "_p" in peers.name


def column_key(peers: Peers) -> str:
    """What the numbers of the columns count."""
    for word in ("cell", "string"):
        if word in peers.quantity or word in peers.name:
            return f"live.parts.column.{word}"
    return "live.parts.column.pack" if "pack" in peers.quantity else "live.parts.column"


def title(peers: Peers, moment: Moment) -> str:
    """Which of them is farthest from its peers."""
    count = sum(bool(name) for row in peers.signals for name in row)
    known = np.isfinite(moment.deviation)
    if not known.any():
        there = int(np.isfinite(moment.values).sum())
        return t("live.parts.title.few", count=numbers.number(there), all=numbers.number(count))
    off = np.where(known, np.abs(moment.deviation), -1.0)
    at = np.unravel_index(int(np.argmax(off)), off.shape)
    size = float(moment.deviation[at])
    if size == 0:
        return t("live.parts.title.same", count=numbers.number(int(known.sum())))
    return t(
        "live.parts.title.off", signal=peers.signals[at[0]][at[1]],
        size=deviation_words(abs(size), peers.unit),
        side=t("live.parts.above" if size > 0 else "live.parts.below"),
    )  # fmt: skip


def deviation_words(size: float, unit: str) -> str:
    """A difference; of volts in millivolts, as cells are compared."""
    if unit == "V" and abs(size) < 1:
        return f"{numbers.number(float(f'{1000 * size:.3g}'))}{numbers.NBSP}mV"
    return numbers.quantity(float(f"{size:.3g}"), difference_unit(unit))


def difference_unit(unit: str) -> str:
    """Unit of a difference: degrees differ by kelvins."""
    return "K" if unit == "°C" else unit


def note(peers: Peers, moment: Moment, zone: str) -> str:
    """The quiet line: which moment, how near, how many are missing."""
    when = (
        numbers.NOTHING if moment.ts is None else numbers.moment(moment.ts, zone, seconds=True)
    )  # fmt: skip
    words = t("live.parts.note", moment=when, near=numbers.duration(NEAR_US))
    gone = len(missing_signals(peers, moment))
    if gone:
        words += f" · {t('live.parts.note.missing', count=numbers.number(gone))}"
    return f"{words} · {zone}"


def show_table(peers: Peers, moment: Moment) -> None:
    """Signals with value and deviation: all of few, of many those farthest off and missing."""
    places = [
        (i, j) for i, row in enumerate(peers.signals) for j, name in enumerate(row) if name
    ]  # fmt: skip
    total = len(places)
    if total > MOST_ROWS:
        size = np.where(np.isnan(moment.values), np.inf, np.abs(moment.deviation))
        places = sorted(places, key=lambda at: -np.nan_to_num(size[at], nan=-1.0, posinf=1e300))
        places = places[:MOST_ROWS]
    rows = []
    for at in places:
        value, off = float(moment.values[at]), float(moment.deviation[at])
        there = bool(np.isfinite(value))
        old = float(moment.age_us[at])
        rows.append([
            peers.signals[at[0]][at[1]],
            numbers.in_unit(value, peers.unit) if there else numbers.NOTHING,
            signed(off, peers.unit),
            age(int(old)) if np.isfinite(old) else numbers.NOTHING,
            table.state("good" if there else "unknown",
                        t("live.parts.present" if there else "live.parts.absent")),
        ])  # fmt: skip
    names = ("signal", "value", "deviation", "age", "state")
    table.show_table([t(f"live.parts.col.{name}") for name in names], rows, numeric=(1, 2, 3))
    if total > MOST_ROWS:
        chart.show_caption(
            t("live.parts.most", count=numbers.number(len(places)), all=numbers.number(total))
        )


def signed(size: float, unit: str) -> str:
    """A deviation with its sign."""
    if not np.isfinite(size):
        return numbers.NOTHING
    words = deviation_words(size, unit)
    return f"+{words}" if size > 0 else words
