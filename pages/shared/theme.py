"""Which theme the visitor has, and the one place with CSS."""

from __future__ import annotations

from functools import cache
from typing import Any

import streamlit as st

from core.charts import TOKENS, Theme

# Colour is never the only sign of a state: each has its word and its shape.
SHAPES = {
    "good": "border-radius: 50%",
    "warning": "clip-path: polygon(50% 0, 100% 100%, 0 100%)",
    "error": "clip-path: polygon(50% 0, 100% 50%, 50% 100%, 0 50%)",
    "critical": "border-radius: 0",
    "unknown": "border-radius: 50%; background: transparent; border: 2px solid var(--zg-unknown)",
}

_STYLE = """
.stAppHeader { background: transparent; }
.stMainBlockContainer { padding: 1.1rem 1.6rem 2rem; max-width: 1680px; }
.stMainBlockContainer [data-testid="stVerticalBlock"] { gap: 0.6rem; }
[data-testid="stSidebarHeader"] { height: 2.4rem; margin: 0; }
[data-testid="stSidebarUserContent"] { padding-top: 0; }
.stMain h1 { padding: 0 0 0.45rem; letter-spacing: -0.01em; }
.stMain h2, .stMain h3 { padding: 0.5rem 0 0.6rem; }
[data-testid="stLayoutWrapper"]:has(> [class*="st-key-bridge-"]) { display: none; }
[data-testid="stWidgetLabel"] p { font-size: 0.8rem; color: var(--zg-muted); }

.zg-figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(168px, 1fr));
  gap: 1px; background: var(--zg-border); border: 1px solid var(--zg-border);
  border-radius: 4px; overflow: hidden; }
.zg-figure { background: var(--zg-surface); padding: 0.55rem 0.8rem 0.6rem; min-width: 0; }
.zg-label { color: var(--zg-muted); font-size: 0.8rem; display: flex; gap: 0.6em;
  justify-content: space-between; }
.zg-value { font-size: 1.7rem; line-height: 1.25; font-weight: 600; white-space: nowrap;
  font-variant-numeric: tabular-nums; color: var(--zg-text); }
.zg-value small { font-size: 0.95rem; font-weight: 400; color: var(--zg-muted);
  margin-left: 0.25em; }
.zg-line { font-size: 0.8rem; color: var(--zg-muted); min-height: 1.15rem;
  font-variant-numeric: tabular-nums; }
.zg-state { display: inline-flex; align-items: center; gap: 0.4em; white-space: nowrap; }
.zg-state i { width: 0.62em; height: 0.62em; display: inline-block; flex: none; }
.zg-caption { color: var(--zg-muted); font-size: 0.8rem; font-variant-numeric: tabular-nums; }
.zg-ribbon { color: var(--zg-warning); border: 1px solid var(--zg-warning); border-radius: 4px;
  padding: 0.1rem 0.6rem; font-size: 0.8rem; display: inline-block;
  background: repeating-linear-gradient(135deg, transparent 0 8px,
    color-mix(in srgb, var(--zg-warning) 12%, transparent) 8px 16px); }
.zg-notice { border-left: 3px solid var(--zg-accent); background: var(--zg-surface);
  padding: 0.6rem 0.9rem; border-radius: 0 4px 4px 0; color: var(--zg-text); }
.zg-notice b { font-weight: 600; }
.zg-scroll { overflow-x: auto; }
.zg-table { border-collapse: collapse; font-size: 0.87rem; font-variant-numeric: tabular-nums;
  width: 100%; color: var(--zg-text); }
.zg-table th { text-align: left; font-weight: 400; font-size: 0.8rem; color: var(--zg-muted);
  border-bottom: 1px solid var(--zg-border); padding: 0.25rem 0.8rem 0.25rem 0;
  white-space: nowrap; }
.zg-table td { border-bottom: 1px solid var(--zg-border); padding: 0.28rem 0.8rem 0.28rem 0;
  white-space: nowrap; }
.zg-table .zg-num { text-align: right; padding-right: 1.6rem; }
.zg-table .zg-wrap { display: inline-block; white-space: normal; min-width: 13rem; }
.zg-table a { color: var(--zg-primary); text-decoration: none; }
.zg-table a:hover { text-decoration: underline; }
.zg-notice p { margin: 0.15rem 0 0; color: var(--zg-muted); font-size: 0.9rem; }
"""


# Streamlit does not run the page again when the visitor changes the theme; charts must follow.
# After each run this is called again: the watch of the call before ends.
_WATCH = """
export default function ({ data, parentElement, setStateValue }) {
  clearInterval(parentElement.watch);
  const shown = () => {
    const app = document.querySelector(".stApp");
    const parts = app && getComputedStyle(app).backgroundColor.match(/[\\d.]+/g);
    if (!parts) return null;
    return parts.slice(0, 3).reduce((sum, part) => sum + Number(part), 0) < 384 ? "dark" : "light";
  };
  let told = data.kind;
  const look = () => {
    const now = shown();
    if (now && now !== told) { told = now; setStateValue("kind", now); }
  };
  parentElement.watch = setInterval(look, 400);
  return () => clearInterval(parentElement.watch);
}
"""
_WATCH_KEY = "theme-watch"


@cache
def _watch() -> Any:
    return st.components.v2.component("ziggurat_theme", js=_WATCH)


def kind() -> Theme:
    """Theme of the visitor's browser, light until it has said."""
    seen = st.session_state.get(_WATCH_KEY) or {}
    return "dark" if (seen.get("kind") or st.context.theme.type) == "dark" else "light"


def token(name: str) -> str:
    """Colour token of the current theme, as look and charts use it."""
    return TOKENS[kind()][name]


def apply_style() -> None:
    """Put the style sheet on the page and follow the visitor's theme; once per run."""
    variables = "".join(f"--zg-{name}: {value}; " for name, value in TOKENS[kind()].items())
    shapes = "\n".join(
        f".zg-{state} i {{ background: var(--zg-{state}); {shape}; }}\n"
        f".zg-{state} {{ color: var(--zg-{state}); --zg-accent: var(--zg-{state}); }}"
        for state, shape in SHAPES.items()
    )
    with st.container(key="bridge-theme"):
        _watch()(key=_WATCH_KEY, data={"kind": kind()}, on_kind_change=lambda: None)
    st.html(f"<style>:root {{ {variables} }}\n{_STYLE}\n{shapes}</style>")
