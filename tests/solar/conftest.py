"""A store with plants whose readings are known, built once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.solar.plant import write_plant
from tests.stores import scratch


@pytest.fixture(scope="session")
def roofs() -> Iterator[Path]:
    """Folder with the store of `tests.solar.plant`."""
    with scratch() as folder:
        write_plant(folder)
        yield folder
