"""What the Dispatch page says of ten days alike, whose plan is known."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from core.dispatch_settings import settings_path
from tests.dispatch.plant import write_plant
from tests.dispatch.test_house_settings import house_toml
from tests.pages.apps import (
    Show,
    bodies,
    choose,
    figures,
    pages_of,
    plain,
    specs,
    tables,
    titles,
    words,
)
from tests.stores import scratch


@pytest.fixture(scope="module")
def page() -> Iterator[Show]:
    with scratch() as folder:
        write_plant(folder)
        with pages_of(folder / "store") as show:
            yield lambda **asked: show("dispatch", **asked)


def test_the_plan_and_its_figures(page: Show) -> None:
    app = page(window="past")
    assert len(specs(app)) == 2
    shown = figures(app)
    assert len(shown) == 5
    assert shown[0].startswith("Saving against doing nothing")
    assert re.search("charges .* discharges", titles(app)[0])
    rows = tables(app)[0]
    assert len(rows) == 4
    assert "Perfect foresight" in " ".join(rows[3])
    assert "No stored forecast" in words(app)


def test_the_plan_ahead(page: Show) -> None:
    app = page(wear="0.05")
    assert "The plan begins at the newest reading" in words(app)
    assert "Expected saving" in figures(app)[0]


def test_a_limit_that_cannot_be_kept_is_named_in_german(page: Show) -> None:
    app = page(lang="de", **{"limit-in": "2"})
    (said,) = [plain(body) for body in bodies(app) if "zg-error" in body]
    assert "Kein Plan hält alle Grenzen ein" in said
    assert "Die Bezugsgrenze ist um" in said


def test_sizes_and_weights(page: Show) -> None:
    app = page(section="sizing", demand="100")
    assert len(specs(app)) == 2
    assert "can cut the peak" in titles(app)[0]
    rows = tables(choose(app, "url-section", "strategy"))[0]
    assert len(rows) == 4
    assert "Economic" in " ".join(rows[0])


def test_a_year_with_perfect_foresight_and_without(page: Show) -> None:
    app = page(section="year", demand="100")
    assert "Saving in a year, with perfect foresight" in words(app)
    app = choose(app, "year-compare", True)
    assert "Saving planned day by day" in words(app)
    assert len(tables(app)[0]) == 6


def test_days_are_those_of_the_url_or_of_the_section(page: Show) -> None:
    def days(app: AppTest) -> int:
        return int(app.selectbox(key="sizing-days").value)

    app = page(section="sizing")
    assert days(app) == 30
    app = choose(app, "url-section", "year")
    assert days(app) == 365
    assert days(choose(app, "url-section", "sizing")) == 30
    assert days(choose(page(section="sizing", days="90"), "url-section", "year")) == 90


def test_what_the_url_names_in_vain_is_said(page: Show) -> None:
    for name in ("load", "pv"):
        app = page(**{name: "nix"})
        assert "There is no device “nix” in this store." in words(app)
        assert not specs(app)
    assert "“m1” is not among the devices of this page" in words(page(pv="m1"))
    app = page(section="zzz", strategy="xyz")
    assert "There is no choice “zzz” here; shown is: Plan." in words(app)
    assert "There is no choice “xyz” here; shown is: Economic." in words(app)
    assert len(specs(app)) == 2


def test_rooms_and_relays_of_the_settings() -> None:
    with scratch() as folder:
        write_plant(folder)
        settings_path(folder / "store").write_text(house_toml())
        with pages_of(folder / "store") as show:
            app = show("dispatch")
            assert len(specs(app)) == 3
            assert "outside their comfort bands" in titles(app)[-1]
            assert "room 17" in [cell for rows in tables(app) for row in rows for cell in row]
