"""The app: pages, language, frame. Run it with ``streamlit run app.py``."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.shared import address, states, theme
from pages.shared.texts import pick_language, t

PAGES = (
    "overview", "meters", "comparison", "bess", "packpulse", "pv", "forecasts", "dispatch",
    "alerts", "live", "data",
)  # fmt: skip
FOLDER = Path(__file__).parent / "pages"


def main() -> None:
    """Route to the page of the URL."""
    st.set_page_config(page_title=t("app.name"), layout="wide")
    states.mark_framed()
    theme.apply_style()
    pages = [
        st.Page(FOLDER / f"{name}.py", title=t(f"nav.{name}"), default=name == PAGES[0])
        for name in PAGES
        if (FOLDER / f"{name}.py").is_file()
    ]
    if not pages:
        states.notice(t("nav.none"))
        return
    page = st.navigation(pages, position="hidden")
    with st.sidebar:
        st.markdown(f"**{t('app.name')}**")
        # Links of our own: they take language, device and window along.
        for one in pages:
            st.page_link(one, query_params=address.carried())
        pick_language()
    with states.guarded():
        page.run()


main()
