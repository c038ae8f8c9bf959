"""dQ/dV of a simulated battery, and why others have none."""

from __future__ import annotations

import pytest

from core import ica_report as ica_reports
from core.ica_report import ica_report
from core.query import Store
from tests.health.batteries import OPTIONS, span


def test_slow_discharges_carry_curves_and_quick_charges_do_not(store: Store) -> None:
    found = ica_report(store, "BESS-1", *span(store, "BESS-1"))
    assert found is not None
    assert found.refusal is None
    slow, quick = found.directions
    assert (slow.direction, quick.direction) == ("discharge", "charge")
    assert slow.series == OPTIONS.packs * OPTIONS.cells
    assert len(slow.curves) + sum(slow.refused.values()) == slow.seen
    assert len(slow.curves) > 10
    assert quick.refused["rate_high"] > 10
    assert not quick.curves
    assert quick.first is None
    # plateaus of LFP
    position = slow.expected["position"].to_numpy()
    assert ((position > 3.15) & (position < 3.35)).all()
    assert len(slow.trends) == len(position)
    assert all(trend.refusal for trend in slow.trends if trend.n < 60)
    assert all(len(one) == len(slow.dva_ah) for one in slow.dva)


@pytest.mark.parametrize(
    ("device", "refusal"), [("nocurrent", "no_current"), ("novoltage", "no_voltage")]
)
def test_dq_dv_is_refused(store: Store, device: str, refusal: str) -> None:
    found = ica_report(store, device, *span(store, device))
    assert found is not None
    assert found.refusal == refusal
    assert not found.directions


def test_a_voltage_of_other_cells_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ica_reports, "series_cells", lambda *_: 999)
    found = ica_report(store, "BESS-1", *span(store, "BESS-1"))
    assert found is not None
    assert found.refusal == "voltage_scale"
