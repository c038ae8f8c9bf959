"""Net power of a load and a PV device: both forecast, their difference calibrated as one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import pandas as pd

from core.analytics.forecast.backtest import followed
from core.analytics.forecast.baselines import all_baselines
from core.analytics.forecast.features import History
from core.analytics.forecast.grid import DAY_US
from core.analytics.forecast.joint import calibrated, fit_joint, net_rows, together
from core.analytics.forecast.models import Case
from core.errors import QueryError
from core.forecast_cases import Target, find_target, net_target
from core.forecast_figures import describe_model, plain
from core.forecast_history import build_case, net_history
from core.forecast_models import StoredModel, save_model
from core.forecast_training import DEFAULTS, Training, holidays_of, train_case, weather_of
from core.query import Store

WARM_SHARE, WARM_DAYS = 3, 30  # of the backtest only calibrates: its third, at most a month


def train_net(
    store: Store,
    device: str,
    pv: str,
    asked: Training = DEFAULTS,
    tell: Callable[[StoredModel], object] = lambda _: None,
) -> StoredModel:
    """Train load and PV on the time both have readings of, and calibrate their difference.

    Stored are three models: the load's, the plant's, and the net's, which names the other two.

    Parameters
    ----------
    tell : is given the load's and the plant's model as each is done.

    Raises
    ------
    UnknownDevice
    QueryError : no load or no PV, slots of other lengths, or too few days of both.
    """
    load_of, pv_of = find_target(store, device, "load"), find_target(store, pv, "pv")
    target = net_target(load_of, pv_of)
    region = holidays_of(store, asked.region)
    net, parts = net_history(store, (load_of, pv_of), region=region, plants=asked.plants)
    stored: list[StoredModel] = []
    for one, history in zip((load_of, pv_of), parts, strict=True):
        teller = weather_of(store, one, asked)
        case = build_case(store, one, history, teller, asked.plants)
        stored.append(train_case(store, one, case, teller, asked))
        tell(stored[-1])
    asked.say(f"{device} less {pv}: net")
    return _stored_net(store, target, (stored[0], stored[1]), net)


def _stored_net(
    store: Store, target: Target, parts: tuple[StoredModel, StoredModel], history: History
) -> StoredModel:
    """The net's model: joint offsets, its own backtest, and which models it is made of."""
    grid = history.grid
    load, pv = parts
    every = net_rows(load.rows, pv.rows)
    first, last = int(every["issue"].min()), int(every["issue"].max())
    warm = min((last - first) // WARM_SHARE // DAY_US, WARM_DAYS)
    if warm < 1 or not every["actual"].notna().any():
        raise QueryError(f"the backtest of {target.device} is too short to calibrate the net")
    begin = first + warm * DAY_US
    issue, slot = ((every[name].to_numpy(np.int64) - grid.start) // grid.step
                   for name in ("issue", "ts"))  # fmt: skip
    every = pd.concat([every, pd.DataFrame(all_baselines(history, issue, slot))], axis=1)
    rows = followed(calibrated(every, begin, grid.step), grid.step, None)
    load_said, pv_said = load.manifest, pv.manifest
    stop = grid.slot(int(load_said["window"][1]))
    days = (last - begin) // DAY_US + 1
    manifest, fallback = describe_model(target, Case(history), stop, rows, days)
    manifest |= {name: load_said[name] for name in ("window", "trained_at")}
    manifest |= {
        "synthetic": bool(load_said["synthetic"] or pv_said["synthetic"]),
        "weather": pv_said["weather"] or load_said["weather"],
        "made_of": [
            {name: one[name] for name in ("device", "quantity", "sha256")}
            for one in (load_said, pv_said)
        ],
        "together": plain(asdict(together(rows))),
    }
    stored = StoredModel(manifest, None, fallback, rows, joint=fit_joint(every))
    save_model(store.root, stored)
    return stored
