"""How much a chart from the pyramid differs from one of all raw readings.

Both are drawn in one ink on 1000 × 300 pixels: the raw readings as a line broken at gaps, the
answer of `Store.series` as the band between min and max with the mean line on top, placed as the
chart places them. Compared by SSIM (Wang et al. 2004, doi:10.1109/TIP.2003.819861).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw
from skimage.metrics import structural_similarity

from core.downsample import find_gaps, with_breaks
from core.query import Series, Store

WIDTH, HEIGHT = 1000, 300
SCALE = 1  # no smoothing: a pixel is inked or not
POINTS = 4 * WIDTH  # what the app asks for


@dataclass(frozen=True)
class Fidelity:
    """One comparison: similarity 0..1, and whether the extremes are those of the readings."""

    device: str
    signal: str
    start: int
    end: int
    level: str
    readings: int
    ssim: float
    extremes_exact: bool


class _Canvas:
    def __init__(self, start: int, end: int, low: float, high: float) -> None:
        self._image = Image.new("L", (WIDTH * SCALE, HEIGHT * SCALE), 255)
        self._draw = ImageDraw.Draw(self._image)
        self._start, self._span = start, end - start
        margin = 0.05 * (high - low) or 1.0
        self._low, self._range = low - margin, high - low + 2 * margin

    def points(self, ts: np.ndarray, value: np.ndarray) -> list[tuple[float, float]]:
        x = (ts - self._start) / self._span * WIDTH * SCALE
        y = (1 - (value - self._low) / self._range) * HEIGHT * SCALE
        return list(zip(x.tolist(), y.tolist(), strict=True))

    def line(self, ts: np.ndarray, value: np.ndarray) -> None:
        for run in _runs(value):
            points = self.points(ts[run], value[run])
            self._draw.line(points if len(points) > 1 else points * 2, fill=0, width=SCALE)

    def band(self, ts: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
        for run in _runs(low):
            outline = self.points(ts[run], high[run]) + self.points(ts[run], low[run])[::-1]
            self._draw.polygon(outline, fill=0, outline=0)

    def pixels(self) -> np.ndarray:
        small = self._image.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
        return np.asarray(small, dtype=np.float64)


def _runs(value: np.ndarray) -> list[slice]:
    """Stretches without NaN."""
    known = np.flatnonzero(~np.isnan(value))
    if not len(known):
        return []
    breaks = np.flatnonzero(np.diff(known) > 1)
    starts = np.append(known[0], known[breaks + 1])
    ends = np.append(known[breaks], known[-1])
    return [slice(a, b + 1) for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]


def draw_raw(ts: np.ndarray, value: np.ndarray, canvas: _Canvas) -> np.ndarray:
    """All readings as a line."""
    ts, (value,) = with_breaks(ts, [value], find_gaps(ts))
    canvas.line(ts, value)
    return canvas.pixels()


def draw_series(series: Series, canvas: _Canvas) -> np.ndarray:
    """What the chart shows of an answer."""
    frame, width = series.frame, series.step_us or 0
    ts = frame["ts"].to_numpy() + width // 2
    low, high = frame["min"].to_numpy(), frame["max"].to_numpy()
    if 0 < 300 * width <= series.end - series.start:
        x = ts[:, None] + width / 4 * np.array([-1, 0, 0, 1])
        y = np.column_stack((frame["first"], low, high, frame["last"]))
        canvas.line(x.ravel(), y.ravel())
        dash = ts[:, None] + width / 2 * np.array([-0.98, 0.98, 0.98])
        mean = np.column_stack((frame["mean"], frame["mean"], np.full(len(ts), np.nan)))
        canvas.line(dash.ravel(), mean.ravel())
        return canvas.pixels()
    if width:
        canvas.band(ts, low, high)
    canvas.line(ts, frame["mean"].to_numpy())
    return canvas.pixels()


def compare(store: Store, device: str, signal: str, start: int, end: int) -> Fidelity | None:
    """Compare one window; None with fewer than 2000 readings in it."""
    ts, value = store.raw(device, signal, start, end)
    if len(ts) < 2000:
        return None
    series = store.series(device, signal, start, end, max_points=POINTS)
    low, high = float(value.min()), float(value.max())
    raw = draw_raw(ts, value, _Canvas(start, end, low, high))
    ours = draw_series(series, _Canvas(start, end, low, high))
    frame = series.frame
    exact = bool(np.nanmin(frame["min"]) == low and np.nanmax(frame["max"]) == high)
    ssim = float(structural_similarity(raw, ours, data_range=255.0))
    return Fidelity(device, signal, start, end, series.level, len(ts), ssim, exact)


def survey(store: Store, windows: int, seed: int = 0) -> list[Fidelity]:
    """Random windows of random analog signals, lengths from all readings to 2000 of them."""
    rng = np.random.default_rng(seed)
    signals = [
        info
        for device in store.devices()
        for info in store.signals(device.name, kind="analog")
        if info.rows >= 4000 and (info.pack is None or (info.cell or 0) % 13 == 1)
    ]
    found: list[Fidelity] = []
    while len(found) < windows:
        info = signals[int(rng.integers(len(signals)))]
        assert info.first is not None and info.last is not None
        span = info.last - info.first
        shortest = min(1.0, 2200 / info.rows)
        share = float(np.exp(rng.uniform(np.log(shortest), 0)))
        start = info.first + int(rng.random() * (1 - share) * span)
        one = compare(store, info.device, info.name, start, start + int(share * span))
        if one is not None:
            found.append(one)
    return found
