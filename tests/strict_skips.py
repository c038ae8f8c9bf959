"""Pytest plugin: with ``REQUIRE_ALL=1`` a test that is skipped for want of anything is a failure.

A developer without Chromium or Mosquitto may skip what needs them. Continuous integration may
not: there a skip means that the server is missing and nothing was proven. Required are tests with
a browser or a broker, and all whose reason for skipping begins with "needs". ``make test`` loads
the plugin with ``-p tests.strict_skips``.
"""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

REQUIRED_MARKERS = ("browser", "broker")
MISSING = "needs "  # how the reason begins where a package or a server is missing


def _all_required() -> bool:
    return os.environ.get("REQUIRE_ALL") == "1"


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Text the test gave for skipping."""
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    return str(report.longrepr)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a required test into a failure that names it."""
    report = yield
    needs = [name for name in REQUIRED_MARKERS if item.get_closest_marker(name)]
    if report.skipped and _reason(report).startswith(MISSING):
        needs.append("such")
    # An expected failure is reported as a skip too, and is none.
    if _all_required() and report.skipped and needs and not hasattr(report, "wasxfail"):
        report.longrepr = (
            f"{item.nodeid} was skipped, but REQUIRE_ALL=1 requires {needs[0]} tests: "
            f"{_reason(report)}"
        )
        report.outcome = "failed"
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Refuse a module that skips as a whole: nobody can tell which tests it holds."""
    report = yield
    if _all_required() and report.skipped:
        report.longrepr = (
            f"{collector.nodeid} was skipped as a whole, but REQUIRE_ALL=1 requires every module: "
            f"{_reason(report)}"
        )
        report.outcome = "failed"
    return report
