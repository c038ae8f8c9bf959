"""A demo site with known truth: six meters, a PV plant and two batteries, simulated.

Arrays only: who writes them into a store is another matter. The model, its sources and its
parameters are in ``docs/demo.md``.
"""

from __future__ import annotations

from ingest.demo.device import DemoDevice
from ingest.demo.options import DemoOptions
from ingest.demo.site import demo_site, truth

__all__ = ["DemoDevice", "DemoOptions", "demo_site", "truth"]
