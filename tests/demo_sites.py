"""Demo sites that are simulated once in a run of the tests, for all of its processes.

Minute by minute a site of a few months takes ten seconds of work, and a hundredth of that to read
again. Who needs one asks for the fixture `simulated`; `demo_site` and `truth` then find it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pickle
from pathlib import Path

import pytest

from ingest.demo import DemoOptions
from ingest.demo import site as simulation


class Sites:
    """Simulated sites of one process, held until it ends, and the folder that all share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.held: dict[DemoOptions, simulation.Site] = {}

    def __call__(self, options: DemoOptions) -> None:
        """Have the site of these options ready, simulated here or by another process."""
        if options not in self.held:
            self.held[options] = simulation._SITES[options] = self._shared(options)

    def _shared(self, options: DemoOptions) -> simulation.Site:
        name = hashlib.sha256(repr(options).encode()).hexdigest()[:16]
        path = self.folder / f"{name}.pickle"
        with path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # who comes second waits for the first
            if path.exists():
                site = pickle.loads(path.read_bytes())
                assert isinstance(site, simulation.Site)
                return site
            site = simulation.simulate_site(options)
            part = path.with_suffix(".part")
            part.write_bytes(pickle.dumps(site, protocol=pickle.HIGHEST_PROTOCOL))
            part.rename(path)  # whole, or not there: a test may be cut off
            return site


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Sites:
    """``simulated(options)`` before `demo_site` or `truth` is asked."""
    base = tmp_path_factory.getbasetemp()
    # The folder of a worker lies in that of the run; that of a single process is the run's own.
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = base / "demo-sites"
    folder.mkdir(exist_ok=True)
    return Sites(folder)
