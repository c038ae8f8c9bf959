"""The store of the plant."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.query import Store, open_store
from tests.dispatch.plant import write_plant
from tests.stores import scratch


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with scratch() as folder:
        write_plant(folder)
        yield open_store(folder / "store")
