"""Small tables of formatted text, as the page's language writes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import urlencode

import streamlit as st

from pages.shared import chart


class Markup(str):
    """A cell that is HTML already; anything else is escaped."""

    __slots__ = ()


def link(words: str, page: str, parameters: Mapping[str, str]) -> Markup:
    """Link to a page of the app."""
    address = escape(f"{page}?{urlencode(parameters)}")
    return Markup(f'<a href="{address}">{escape(words)}</a>')


def cut(text: str, whole: str = "", most: int = 40) -> str:
    """A text of at most `most` characters; all of it, or `whole`, shows under the pointer."""
    if len(text) <= most and not whole:
        return text
    short = text if len(text) <= most else text[: most - 1] + "…"
    return Markup(f'<span title="{escape(whole or text)}">{escape(short)}</span>')


def wrapped(text: str, most: int = 120) -> str:
    """A text of several lines where its column is narrow; as `cut` where it is very long."""
    short = cut(text, most=most)
    inner = short if isinstance(short, Markup) else escape(short)
    return Markup(f'<span class="zg-wrap">{inner}</span>')


def state(name: str, words: str = "") -> Markup:
    """A state as shape, colour and word, or other words than its own."""
    return Markup(chart.state_html(name, words))


def show_table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], *, numeric: Sequence[int] = ()
) -> None:
    """Rows of text below their titles.

    Parameters
    ----------
    numeric : positions of the columns that are set to the right.
    """
    sides = ["zg-num" if place in numeric else "" for place in range(len(columns))]
    head = "".join(
        f'<th class="{side}">{escape(title)}</th>'
        for side, title in zip(sides, columns, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f'<td class="{side}">{cell if isinstance(cell, Markup) else escape(cell)}</td>'
            for side, cell in zip(sides, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    st.html(
        f'<div class="zg-scroll"><table class="zg-table"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )
