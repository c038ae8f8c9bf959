"""Pages that run without a browser, and what a person would read on them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Code, HeadingBase, Html, Markdown

from pages.shared import data
from pages.shared.numbers import NBSP
from tests.conftest import REPO

Show = Callable[..., AppTest]
TAG = re.compile(r"<style.*?</style>|</?[a-z][^>]*>", re.DOTALL)


@contextmanager
def pages_of(store: Path) -> Iterator[Show]:
    """Runs a page of a store: ``show("meters", device="m1")``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZIGGURAT_STORE", str(store))
        forget()
        yield show
    forget()


def forget() -> None:
    """Let the next page read the settings and open its store anew."""
    data.settings.cache_clear()
    st.cache_resource.clear()


def show(page: str, **parameters: str | list[str]) -> AppTest:
    """A page as its address has it, without the frame of the app."""
    app = AppTest.from_file(str(REPO / "pages" / f"{page}.py"), default_timeout=60)
    app.session_state["framed"] = True
    return run(app, **parameters)


def framed() -> AppTest:
    """The app as its address without a path has it."""
    return AppTest.from_file(str(REPO / "app.py"), default_timeout=60)


def run(app: AppTest, **parameters: str | list[str]) -> AppTest:
    """An app with parameters of its URL, once it has run without a failure."""
    for key, value in parameters.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception, app.exception
    return app


def press(app: AppTest, label: str, place: int = 0) -> AppTest:
    """The page after a button was pressed."""
    [one for one in app.button if one.label == label][place].click().run()
    assert not app.exception, app.exception
    return app


def choose(app: AppTest, key: str, value: Any) -> AppTest:
    """The page after a widget was given a value."""
    app.get_by_key(key).set_value(value).run()
    assert not app.exception, app.exception
    return app


# --- what is read -------------------------------------------------------------------------------


def plain(html: str) -> str:
    """Text of some HTML, with single plain blanks."""
    return " ".join(unescape(TAG.sub(" ", html)).replace(NBSP, " ").split())


def words(part: AppTest | Block) -> str:
    """What stands on a page or in a part of it, from top to bottom."""
    found = []
    for node in part.main if isinstance(part, AppTest) else part:
        if isinstance(node, Html):
            found.append(plain(str(node.proto.body)))
        elif isinstance(node, HeadingBase | Markdown | Code):
            found.append(plain(str(node.value)))
    return " ".join(found)


def headline(app: AppTest) -> str:
    """First heading below the title."""
    return plain(str(app.subheader[0].value))


def bodies(app: AppTest) -> list[str]:
    """HTML of the page, piece by piece."""
    return [str(one.proto.body) for one in app.get("html")]


def figures(app: AppTest) -> list[str]:
    """Key figures: label, state, value, unit, note."""
    html = "".join(body for body in bodies(app) if 'class="zg-figure"' in body)
    return [plain(one) for one in html.split('<div class="zg-figure">')[1:]]


def notices(app: AppTest) -> list[str]:
    """Sentences with a coloured edge."""
    return [plain(body) for body in bodies(app) if 'class="zg-notice' in body]


def captions(app: AppTest) -> list[str]:
    """Quiet lines below figures and tables."""
    return [plain(body) for body in bodies(app) if 'class="zg-caption"' in body]


def cards(app: AppTest) -> dict[str, str]:
    """Text of the card of each device, in their order."""
    return {
        node.key.removeprefix("card-"): words(node)
        for node in app.main
        if isinstance(node, Block) and (node.key or "").startswith("card-")
    }


def tables(app: AppTest) -> list[list[list[str]]]:
    """Cells of the tables of text, without their heads."""
    return [
        [
            [plain(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
            for row in re.findall(r"<tr>(.*?)</tr>", body.partition("<tbody>")[2], re.DOTALL)
        ]
        for body in bodies(app)
        if 'class="zg-table"' in body
    ]


def specs(part: AppTest | Block) -> list[dict[str, Any]]:
    """Charts as Plotly gets them."""
    return [json.loads(one.proto.spec) for one in part.get("plotly_chart")]


def titles(part: AppTest | Block) -> list[str]:
    """Titles of the charts."""
    return [plain(spec["layout"].get("title", {}).get("text", "")) for spec in specs(part)]
