"""Fixtures for every test."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Generator, Iterator
from functools import cache
from pathlib import Path
from unittest import mock

# Before numpy is imported, and for every process that a test starts: several tests run beside
# each other, and threads of BLAS that wait for work on small matrices cost more than they save.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest
from hypothesis import HealthCheck, settings

# Imported here and nowhere else: a fixture that two modules import is set up twice.
from tests.demo_sites import simulated
from tests.servers import certificates, mosquitto, rabbit

__all__ = ["certificates", "mosquitto", "rabbit", "simulated"]

# Tests start hundreds of processes, and every worker reads every test: what one of them compiled
# the others need not.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# A busy machine is slow: that is no failure of the code. Each run draws other examples.
settings.register_profile(
    "ziggurat", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ziggurat")

REPO = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of real data beside the checkout; tests that need it skip where it is absent."""
    path = REPO.parent / "shared"
    if not (path / "data").is_dir():
        pytest.skip(f"real data not present at {path}")
    return path


@pytest.fixture(scope="session", autouse=True)
def components_found_once() -> Iterator[None]:
    """A page under test looks through all installed packages for components: once is enough."""
    if "streamlit.testing.v1" not in sys.modules:
        yield
        return
    from streamlit.components.v2 import manifest_scanner

    found = cache(manifest_scanner.scan_component_manifests)
    with mock.patch.object(manifest_scanner, "scan_component_manifests", found):
        yield


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported with the tests stays until the end: no search for garbage goes over it."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_unconfigure() -> None:
    """Libraries complain of what is left over at the end."""
    gc.unfreeze()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: Playwright's event loop stays in its process until the end."""
    items.sort(key=lambda item: "browser" in item.path.parts)
