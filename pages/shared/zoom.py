"""Zoom that fetches: a drag, a turn of the wheel or a double click asks the store again.

A component of a few lines listens to the plot beside it and reports the range on view. It leans
on Plotly's private ``_ev`` and ``_fullLayout``; ``tests/browser/test_zoom.py`` guards that.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from core.charts import from_wall_ms, to_wall_ms
from pages.shared import states, window
from pages.shared.texts import t
from pages.shared.window import Window

Build = Callable[[int, int], tuple[go.Figure | None, str]]

# Drawing anew purges the listeners of a plot, so the emitter is compared and bound again. After
# each run of the script this is called again: the listeners of the call before are taken off first,
# or every one of them would report; what one of them has to report still goes out.
_SCRIPT = """
export default function ({ data, parentElement, setTriggerValue }) {
  parentElement.stopListening?.();
  const selector = `.st-key-${data.key} .js-plotly-plot`;
  let node = null, emitter = null, waiting = null;

  const report = (value) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => setTriggerValue("xrange", value), 250);
  };
  const reportAll = () => report({ all: true });
  const reportRange = (change) => {
    const moved = Object.keys(change).filter((name) => /^xaxis\\d*\\.(range|autorange)/.test(name));
    if (moved.length === 0) return;
    if (moved.some((name) => name.endsWith("autorange"))) return reportAll();
    const axis = node._fullLayout[moved[0].split(".")[0]];
    const [from, to] = axis.range.map((edge) => axis.r2l(edge));
    if (to > from) report({ from, to });
  };
  const release = () => {
    if (!node || node._ev !== emitter) return;
    node.removeListener("plotly_relayout", reportRange);
    node.removeListener("plotly_doubleclick", reportAll);
  };
  const bind = () => {
    const found = document.querySelector(selector);
    if (!found || !found._ev || found._ev === emitter) return;
    release();
    [node, emitter] = [found, found._ev];
    node.on("plotly_relayout", reportRange);
    node.on("plotly_doubleclick", reportAll);
  };
  bind();
  const watch = setInterval(bind, 200);
  const stop = () => { clearInterval(watch); release(); };
  parentElement.stopListening = stop;
  return () => { stop(); clearTimeout(waiting); };
}
"""

LEAST_US = 1_000_000

CONFIG = {
    "scrollZoom": True,
    "doubleClick": False,
    "displaylogo": False,
    "modeBarButtons": [["toImage"]],
    "toImageButtonOptions": {"format": "png", "scale": 2},
}


@cache
def _bridge() -> Any:
    return st.components.v2.component("ziggurat_zoom", js=_SCRIPT)


def widened(start: int, end: int, least_us: int) -> tuple[int, int]:
    """A zoom [µs UTC], where it is finer than `least_us` made that wide around its middle."""
    if end - start >= least_us:
        return start, end
    begin = (start + end - least_us) // 2
    return begin, begin + least_us


@st.fragment
def zoomable_chart(
    key: str,
    build: Build,
    span: Window,
    *,
    below: Callable[[], None] | None = None,
    whole_page: bool = False,
    least_us: int = LEAST_US,
) -> None:
    """A chart that fetches what it is zoomed to.

    Parameters
    ----------
    key : letters, digits and dashes; unique on the page.
    build : from and to [µs UTC] in, figure and caption out; called anew for each zoom. Without a
        figure it has said itself why there is none.
    span : window of the page. The zoom stands in the URL beside it; a double click takes it out.
    below : called after the caption, inside the fragment, after `build`.
    whole_page : run the page again after a zoom, so that `Window.view` of figures and further
        charts follow. Otherwise only this chart does.
    least_us : a zoom goes no finer than this [µs].
    """
    now = window.current_zoom(span)
    if whole_page and now.view != span.view:
        st.rerun()
    start, end = now.view
    with states.guarded():
        figure, caption = build(start, end)
        if figure is not None:
            with st.container(key=key):
                # A zoom below the floor leads back to what is shown already: only a new mark makes
                # the browser draw it again.
                mark = st.session_state.get(f"{key}-floor", 0)
                figure.update_layout(datarevision=mark, meta=mark)
                st.plotly_chart(figure, key=f"{key}-plot", theme=None, config=CONFIG)
            _listen(key, now, least_us)
        elif now.zoom:
            st.button(t("chart.reset"), key=f"{key}-all", on_click=window.zoom_out, args=(now,))
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            if caption:
                st.html(f'<span class="zg-caption">{caption}</span>', width="content")
            if below is not None:
                below()


def _listen(key: str, now: Window, least_us: int) -> None:
    """Mount the listener; what it reports is written to the URL before the next run."""
    bridge_key = f"{key}-zoom"

    def moved() -> None:
        report = st.session_state[bridge_key]["xrange"]
        if report is None:
            return
        if report.get("all"):
            window.zoom_out(now)
            return
        start = from_wall_ms(report["from"], now.zone)
        end = from_wall_ms(report["to"], now.zone, late=True)
        if start < end:
            wide = widened(start, end, least_us)
            if wide != (start, end):
                st.session_state[f"{key}-floor"] = st.session_state.get(f"{key}-floor", 0) + 1
            window.zoom_to(now, *wide)

    _mount(key, now.view, now.zone, moved)


def listen(
    key: str, view: tuple[int, int], zone: str, moved: Callable[[tuple[int, int] | None], None]
) -> None:
    """Call `moved` with what the chart in the container `key` is zoomed to [µs UTC], None for all.

    For charts that keep their zoom elsewhere than beside the window of the page.
    """

    def told() -> None:
        report = st.session_state[f"{key}-zoom"]["xrange"]
        if report is None:
            return
        if report.get("all"):
            moved(None)
            return
        start = from_wall_ms(report["from"], zone)
        end = from_wall_ms(report["to"], zone, late=True)
        if start < end:
            moved(widened(start, end, LEAST_US))

    _mount(key, view, zone, told)


def _mount(key: str, view: tuple[int, int], zone: str, told: Callable[[], None]) -> None:
    start, end = to_wall_ms(view, zone)
    with st.container(key=f"bridge-{key}"):
        _bridge()(
            key=f"{key}-zoom",
            data={"key": key, "from": float(start), "to": float(end)},
            on_xrange_change=told,
        )
