"""A page run without a browser, and what it says."""

from __future__ import annotations

import json
import re
from html import unescape

from streamlit.testing.v1 import AppTest

from pages.shared.numbers import NBSP
from tests.conftest import REPO


def run_page(name: str, **parameters: str) -> AppTest:
    """A page with parameters of its URL."""
    app = AppTest.from_file(str(REPO / "pages" / f"{name}.py"), default_timeout=60)
    app.session_state["framed"] = True
    for key, value in parameters.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception, app.exception
    return app


def words(app: AppTest) -> str:
    """All HTML of the page as text."""
    text = " ".join(str(one.proto.body) for one in app.get("html"))
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).replace(NBSP, " ").split())


def titles(app: AppTest) -> list[str]:
    """Of the figures."""
    specs = [json.loads(one.proto.spec) for one in app.get("plotly_chart")]
    return [spec["layout"].get("title", {}).get("text", "").replace(NBSP, " ") for spec in specs]
