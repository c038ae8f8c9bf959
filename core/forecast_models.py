"""Models on disk: arrays and a manifest, beside the store; nothing of them is ever executed."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.analytics.forecast.boosting import Trees
from core.analytics.forecast.conformal import Offsets
from core.analytics.forecast.features import History
from core.analytics.forecast.grid import DAY_US
from core.analytics.forecast.models import Model
from core.errors import ModelMissing, ModelUnfit
from core.forecast_cases import Target
from core.pyramid import folder_name

FORMAT = 2
LIBRARIES = ("numpy", "pandas", "scikit-learn", "pvlib")
STALE_DAYS = 120
_TREE = ("feature", "threshold", "missing_left", "left", "right", "value")
SAME, MOST_CHANGED = 0.001, 0.05  # of the capacity, for a reading; share of readings
LEAST_COMPARED = 48
GOOD_COVERAGE = (0.75, 0.85)
_ROW_TIMES = ("issue", "ts")


@dataclass(frozen=True)
class StoredModel:
    """A model with all that is known of it.

    Attributes
    ----------
    manifest : device, quantity, signals, unit, step, window, features, figures, libraries; all
        that JSON holds.
    model : the trees and their calibration; None of a net, which is made of two others.
    fallback : offsets of the baseline that is served where the model loses to it, else None.
    rows : the backtest, as `core.analytics.forecast.backtest.backtest` gives it.
    joint : offsets of a net from the errors of load and PV together, else None.
    """

    manifest: dict[str, Any]
    model: Model | None
    fallback: Offsets | None
    rows: pd.DataFrame
    joint: Offsets | None = None

    @property
    def served(self) -> str:
        """``model``, or the name of the baseline that is better."""
        return str(self.manifest["served"])

    def unfit(self, why: str) -> ModelUnfit:
        """The error that it cannot be used, with the command that trains it again."""
        said = self.manifest
        what = f"the model of {said['quantity']} of {said['device']} does not fit: {why}"
        return ModelUnfit(what, self.mend)

    @property
    def mend(self) -> str:
        """The command that trains it again."""
        said = self.manifest
        quantity, device = str(said["quantity"]), str(said["device"])
        pv = [one["device"] for one in said.get("made_of", ()) if one["quantity"] == "pv"]
        command = train_command(device, quantity, *pv)
        if said.get("weather_device") and said["weather"] != "forecast":
            command += f" --weather {said['weather_device']}"
        return command


def train_command(device: str, quantity: str, pv: str = "") -> str:
    """The command that trains a model."""
    part = f"--pv {pv}" if pv else f"--quantity {quantity}"
    return f"python preprocess.py train --device {device} {part}"


def models_folder(store: Path) -> Path:
    """Where the models of a store lie: beside it, never inside."""
    return store.with_name(f"{store.name}_models")


def _folder(store: Path, device: str) -> Path:
    return models_folder(store) / folder_name(device)


def manifest_path(store: Path, device: str, quantity: str) -> Path:
    """Where the manifest of a model lies."""
    return _folder(store, device) / f"{quantity}.json"


def library_versions() -> dict[str, str]:
    """Versions of what a model was made with."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def save_model(store: Path, stored: StoredModel) -> str:
    """Write a model in the place of the one there was; a reader sees the old or the new one.

    The arrays get a name of their own; the manifest that names them is renamed over the old one.

    Returns
    -------
    SHA-256 of the arrays.
    """
    folder = _folder(store, stored.manifest["device"])
    folder.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **_arrays(stored))
    content = buffer.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    quantity = stored.manifest["quantity"]
    name = f"{quantity}-{digest[:16]}.npz"
    _put(folder / name, content)
    manifest = stored.manifest | {"format": FORMAT, "arrays": name, "sha256": digest}
    path = folder / f"{quantity}.json"
    _put(path, json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False).encode())
    for old in folder.glob(f"{quantity}-*.npz"):
        if old.name != name:
            old.unlink(missing_ok=True)
    return digest


def _put(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with open(beside, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _arrays(stored: StoredModel) -> dict[str, np.ndarray]:
    found: dict[str, np.ndarray] = {}
    for name in ("low", "mean", "high") if stored.model is not None else ():
        trees: Trees = getattr(stored.model, name)
        found[f"{name}.base"] = np.array(trees.base)
        found |= {f"{name}.{field}": getattr(trees, field) for field in _TREE}
    own = stored.model.offsets if stored.model is not None else None
    pairs = {"offsets": own, "fallback": stored.fallback, "joint": stored.joint}
    for name, offsets in pairs.items():
        if offsets is not None:
            found |= {f"{name}.add": offsets.add, f"{name}.counts": offsets.counts}
            found[f"{name}.least"] = np.array(offsets.least)
    for column in stored.rows:
        values = stored.rows[column].to_numpy()
        small = np.float32 if values.dtype == np.float64 else values.dtype
        found[f"rows.{column}"] = values.astype(small)
    return found


def band_holds(figures: dict[str, Any]) -> bool:
    """Whether a band covers what it promises, and is worth more than a baseline's.

    A band as wide as the sky covers enough; so its pinball loss must be below that of the seasonal
    baseline with a band. Figures of models stored without that comparison do not hold.
    """
    covered = figures["coverage"]["value"]
    sharper = figures.get("band_skill", {}).get("value")
    if covered is None or not GOOD_COVERAGE[0] <= covered <= GOOD_COVERAGE[1]:
        return False
    return sharper is not None and sharper > 0


def stored_quantities(store: Path, device: str) -> list[str]:
    """Quantities of a device that a model is stored of."""
    return sorted(path.stem for path in _folder(store, device).glob("*.json"))


def load_model(store: Path, device: str, quantity: str) -> StoredModel:
    """A stored model, its arrays checked against the manifest.

    Raises
    ------
    ModelMissing : none is stored.
    ModelUnfit : it is damaged, or of another format.
    """
    folder = _folder(store, device)
    path = folder / f"{quantity}.json"
    again = train_command(device, quantity)
    try:
        manifest = json.loads(path.read_text())
        if manifest.get("format") != FORMAT:
            said = manifest.get("format")
            raise ModelUnfit(f"{path} has format {said}, this version reads {FORMAT}", again)
        name = str(manifest["arrays"])
        if not re.fullmatch(r"[a-z0-9_.]+-[0-9a-f]{16}\.npz", name):
            raise ModelUnfit(f"{path} names no file of arrays", again)
        content = (folder / name).read_bytes()
    except FileNotFoundError as error:
        raise ModelMissing(f"no model of {quantity} is stored for {device}; {again}") from error
    except (ValueError, KeyError, AttributeError) as error:
        raise ModelUnfit(f"{path} is damaged", again) from error
    if hashlib.sha256(content).hexdigest() != manifest["sha256"]:
        raise ModelUnfit(f"{folder / name} is not what its manifest says", again)
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        held = {key: arrays[key] for key in arrays.files}
    try:
        return _stored(manifest, held)
    except KeyError as error:
        raise ModelUnfit(f"{path} lacks {error}", again) from error


def _stored(manifest: dict[str, Any], held: Mapping[str, np.ndarray]) -> StoredModel:
    trees = {
        name: Trees(float(held[f"{name}.base"]), **{f: held[f"{name}.{f}"] for f in _TREE})
        for name in ("low", "mean", "high")
        if f"{name}.base" in held
    }
    offsets = {
        name: Offsets(held[f"{name}.add"], held[f"{name}.counts"], float(held[f"{name}.least"]))
        for name in ("offsets", "fallback", "joint")
        if f"{name}.add" in held
    }
    rows = pd.DataFrame(
        {
            key.removeprefix("rows."): (
                values.astype(np.float64) if values.dtype == np.float32 else values
            )
            for key, values in held.items()
            if key.startswith("rows.")
        }
    )
    model = Model(
        tuple(manifest["features"]), trees["mean"], trees["low"], trees["high"], offsets["offsets"]
    ) if trees else None  # fmt: skip
    return StoredModel(manifest, model, offsets.get("fallback"), rows, offsets.get("joint"))


def check_fits(stored: StoredModel, target: Target, newest: int) -> None:
    """Refuse a model that does not fit the data as they are now.

    Parameters
    ----------
    newest : newest reading of the target [µs UTC].

    Raises
    ------
    ModelUnfit : in words what differs.
    """
    said = stored.manifest
    minutes = 60_000_000
    if said["step_us"] != target.step_us:
        raise stored.unfit(
            f"it is of slots of {said['step_us'] // minutes} min, the data are of "
            f"{target.step_us // minutes} min"
        )
    if tuple(said["signals"]) != target.signals:
        raise stored.unfit(
            f"it was trained on {', '.join(said['signals'])}, the device now has "
            f"{', '.join(target.signals)}"
        )
    if said["unit"] != target.unit:
        raise stored.unfit(f"it is in {said['unit']}, the data are in {target.unit}")
    now = library_versions()
    for name, then in said["libraries"].items():
        if name in now and now[name].split(".")[0] != str(then).split(".")[0]:
            raise stored.unfit(f"it was made with {name} {then}, here is {now[name]}")
    days = (newest - int(said["window"][1])) / DAY_US
    if days > STALE_DAYS:
        raise stored.unfit(f"it knows nothing of the last {days:.0f} days, more than {STALE_DAYS}")
    if newest < int(said["window"][0]):
        raise stored.unfit("it was trained on later data than there are")


def check_same(stored: StoredModel, history: History, stop: int) -> None:
    """Refuse a model whose readings were replaced since: those of its backtest are others now.

    Parameters
    ----------
    stop : slot after the newest that is known.

    Raises
    ------
    ModelUnfit : more than a twentieth of them differ.
    """
    grid = history.grid
    # Of a night, a net takes as nothing what was not told.
    rows = stored.rows[stored.rows["judged"].astype(bool)].drop_duplicates("ts")
    slot = (rows["ts"].to_numpy(np.int64) - grid.start) // grid.step
    then = rows["actual"].to_numpy(np.float64)
    told = np.isfinite(then) & (slot < stop)
    slot, then = slot[told], then[told]
    if len(then) < LEAST_COMPARED:
        return
    now = np.where(slot >= 0, history.values[np.maximum(slot, 0)], np.nan)
    near = np.abs(now - then) <= SAME * float(stored.manifest["capacity"])
    changed = float(1 - near.mean())
    if changed > MOST_CHANGED:
        raise stored.unfit(
            f"the readings it was tested on are others now: {100 * changed:.0f} % of them differ"
        )
