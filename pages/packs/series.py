"""What the tabs on trends share: which series, judged how, said in which words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st

from core import errors, pack_trends, trend_views
from core.analytics.verdicts import NOT_DISTINGUISHABLE, Trend, TrendOptions
from core.annotations import Annotation, open_annotations
from core.cell_days import local_days
from core.pack_trends import TrendReport
from core.trend_charts import Event, Phase
from core.trend_views import Regime
from pages.packs import context
from pages.packs.context import Context
from pages.shared import address, chart, data, numbers, states
from pages.shared.numbers import NBSP, NOTHING
from pages.shared.texts import t

MOST_NOTED = 60  # letters of a note that stand below a figure

VERDICTS = ("declines", "rises", NOT_DISTINGUISHABLE)
# Thresholds in the URL: name, default, least, greatest, step, format.
THRESHOLDS: dict[str, tuple[float, float, float, float, str]] = {
    "linear": (0.95, 0.1, 0.999, 0.01, "%.3f"),
    "loss_year": (2.0, 0.1, 20.0, 0.1, "%.1f"),
    "loss_cycle": (0.01, 0.0005, 0.2, 0.0005, "%.4f"),
    "least_days": (60.0, 20.0, 400.0, 5.0, "%.0f"),
    "least_span": (120.0, 60.0, 1000.0, 10.0, "%.0f"),
}


@dataclass(frozen=True)
class Choice:
    """The series on view: the battery, a pack, or a cell, as measured or against its pack."""

    pack: int | None
    cell: int | None
    relative: bool

    @property
    def unit(self) -> str:
        """Unit of the values drawn."""
        return "mV" if self.relative else "V"

    @property
    def factor(self) -> float:
        """From V to that unit."""
        return 1000.0 if self.relative else 1.0

    @property
    def digits(self) -> int:
        """Decimals of the values drawn."""
        return 1 if self.relative else 3


# --- choices in the URL -------------------------------------------------------------------------


def pick_series(ctx: Context) -> Choice:
    """Battery, pack or cell, and for a cell as measured or against its pack."""
    several = len(set(ctx.battery.pack)) > 1
    kinds = ("battery", "pack", "cell") if several else ("battery", "cell")
    asked = address.get("series")
    kind = asked if asked in kinds else "cell" if ctx.cell else "battery"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="series"):
        st.segmented_control(
            t("packpulse.series"),
            kinds,
            format_func=lambda one: t(f"packpulse.series.{one}"),
            required=True,
            **address.bound("series", kind),
        )
        if kind == "battery":
            return Choice(None, None, False)
        if kind == "pack":
            return Choice(_pick_pack(ctx), None, False)
        pack, cell = _pick_cell(ctx)
        return Choice(pack, cell, _pick_against())


def _pick_pack(ctx: Context) -> int:
    every = [str(one) for one in sorted(set(ctx.battery.pack))]
    asked = address.get("spack")
    now = asked if asked in every else str(ctx.packs[0])
    chosen: str = st.selectbox(
        t("packpulse.series.pack"), every, format_func=lambda one: context.pack_name(int(one)),
        width=140, **address.bound("spack", now),
    )  # fmt: skip
    return int(chosen)


def _pick_cell(ctx: Context) -> tuple[int, int]:
    pairs = {context.cell_name(*pair): pair for pair in cells_of(ctx)}
    first = context.cell_name(*(ctx.cell or default_cell(ctx)))
    chosen: str = st.selectbox(
        t("packpulse.series.cell"), list(pairs), width=140, **address.bound("cell", first)
    )
    return pairs[chosen]


def cells_of(ctx: Context) -> list[tuple[int, int]]:
    """Pack and cell of every cell."""
    return list(zip(ctx.battery.pack, ctx.battery.cell, strict=True))


def default_cell(ctx: Context) -> tuple[int, int]:
    """The weakest cell of the packs shown, else their first."""
    ranked = context.ranked(context.load_weak(ctx))
    if len(ranked):
        ranked = ranked[ranked["pack"].isin(ctx.packs)]
    if len(ranked):
        return int(ranked.iloc[0]["pack"]), int(ranked.iloc[0]["cell"])
    return next(pair for pair in cells_of(ctx) if pair[0] in ctx.packs)


def _pick_against() -> bool:
    kinds = ("absolute", "pack")
    now = "pack" if address.get("against") == "pack" else "absolute"
    st.segmented_control(
        t("packpulse.series.against"),
        kinds,
        format_func=lambda one: t(f"packpulse.series.against.{one}"),
        required=True,
        **address.bound("against", now),
    )
    return now == "pack"


def read_options() -> TrendOptions:
    """Thresholds of the URL; what it does not name, or names badly, stays as it is by default."""
    values = {name: default for name, (default, *_) in THRESHOLDS.items()}
    for name, (_, least, greatest, *_rest) in THRESHOLDS.items():
        try:
            asked = float(address.get(f"d-{name}") or "nan")
        except ValueError:
            continue
        if least <= asked <= greatest:
            values[name] = asked
    return trend_views.options_of(
        linear=values["linear"],
        loss_year=values["loss_year"],
        loss_cycle=values["loss_cycle"],
        least_days=round(values["least_days"]),
        least_span=values["least_span"],
    )


def show_thresholds(notes: Sequence[Annotation]) -> None:
    """Thresholds of verdicts and words, in the URL; and whether notes begin regimes."""
    now = read_options()
    shown = (
        now.linearity[0][0], now.loss_per_year[0][0], now.loss_per_cycle[0][0],
        float(now.least_days), now.least_span,
    )  # fmt: skip
    with st.expander(t("packpulse.series.thresholds")):
        st.caption(t("packpulse.series.thresholds.about"))
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            for name, value in zip(THRESHOLDS, shown, strict=True):
                _threshold(name, value)
            st.button(
                t("packpulse.series.thresholds.reset"),
                on_click=address.put,
                args=({f"d-{name}": None for name in THRESHOLDS} | {"declare": None},),
            )
        if any(one.kind in trend_views.REGIME_KINDS for one in notes):
            key = "url-declare"
            st.session_state[key] = address.get("declare") != "0"
            st.checkbox(
                t("packpulse.series.declare"),
                key=key,
                on_change=lambda: address.put({"declare": None if st.session_state[key] else "0"}),
            )


def _threshold(name: str, value: float) -> None:
    _, least, greatest, step, form = THRESHOLDS[name]
    key = f"url-d-{name}"
    st.session_state[key] = float(value)
    st.number_input(
        t(f"packpulse.series.threshold.{name}"),
        min_value=least,
        max_value=greatest,
        step=step,
        format=form,
        width=215,
        key=key,
        on_change=lambda: address.put({f"d-{name}": f"{st.session_state[key]:g}"}),
    )


# --- data ---------------------------------------------------------------------------------------


def read_notes(ctx: Context) -> list[Annotation]:
    """Notes about the device in the window; none where they cannot be read, which is said."""
    try:
        with open_annotations(ctx.store.root) as kept:
            found = kept.of(ctx.device)
    except errors.StoreError as error:
        chart.show_caption(t("packpulse.series.notes.unread", why=str(error)))
        return []
    return [one for one in found if ctx.start <= one.at < ctx.end]


def declared(ctx: Context, notes: Sequence[Annotation]) -> tuple[float, ...]:
    """Days on which a note begins a regime, unless the URL says that none does."""
    if address.get("declare") == "0":
        return ()
    return trend_views.declared_days(notes, ctx.store.zone)


def load_report(ctx: Context, notes: Sequence[Annotation], end: int | None = None) -> TrendReport:
    """Verdicts on all cells in the window, or up to an earlier `end` [µs UTC]; cached."""
    end = ctx.end if end is None else end
    known = declared(ctx, [one for one in notes if one.at < end])
    found = data.shared_report(
        ctx.store, pack_trends.trend_report, ctx.device, ctx.start, end, known, read_options()
    )
    assert found is not None  # the page has asked for days already
    return found


# --- drawing ------------------------------------------------------------------------------------


def phases_of(regimes: Sequence[Regime]) -> list[Phase]:
    """Bands of the regimes; the first is named in full."""
    return [
        Phase(
            one.start, one.end,
            t("packpulse.series.regime", number=str(one.number + 1)) if not one.number
            else str(one.number + 1),
        )
        for one in regimes
    ]  # fmt: skip


def events_of(ctx: Context, notes: Sequence[Annotation]) -> list[Event]:
    """Upright lines of the notes, numbered as the table below lists them."""
    return [
        Event(float(local_days(np.array([one.at], np.int64), ctx.store.zone)[0]), f"N{place}")
        for place, one in enumerate(notes, 1)
    ]


def say_notes(ctx: Context, notes: Sequence[Annotation]) -> None:
    """What the numbered lines on the figures stand for; nothing without notes."""
    if not notes:
        return
    told = [
        f"N{place} {numbers.day(one.at, ctx.window.zone)}"
        f" {t(f'packpulse.dossier.kind.{one.kind}')}: {one.text[:MOST_NOTED]}"
        for place, one in enumerate(notes, 1)
    ]
    chart.show_caption(" · ".join(told))


def change_words(regime: Regime) -> str:
    """What began a regime: source and jump, or who declared it."""
    change = regime.change
    if change is None:
        return t("packpulse.series.change.first")
    if not change.sources:
        return t("packpulse.series.change.declared")
    sources = t("packpulse.series.change.and").join(
        t(f"packpulse.series.change.source.{name}") for name in change.sources
    )
    words = t(
        "packpulse.series.change.step",
        source=sources[0].upper() + sources[1:],
        jump=signed(1000 * change.jump, 0),
    )
    if change.declared:
        words += " · " + t("packpulse.series.change.declared")
    return words


# --- words --------------------------------------------------------------------------------------


def signed(value: float, digits: int) -> str:
    """Number with its sign, also where it is positive."""
    return context.signed(value, digits)


def digits_for(half: float) -> int:
    """Decimals that leave two significant digits of an interval's half width."""
    if not math.isfinite(half) or half <= 0:
        return 1
    return min(6, max(0, 1 - math.floor(math.log10(half))))


def plus_minus(value: float, low: float, high: float, *, sign: bool = True) -> str:
    """``−0.76 ± 1.20``; two significant digits of the half width."""
    if not math.isfinite(value):
        return NOTHING
    half = (high - low) / 2
    digits = digits_for(half)
    text = signed(value, digits) if sign else numbers.number(abs(value), digits)
    if not math.isfinite(half):
        return text
    return f"{text}{NBSP}±{NBSP}{numbers.number(half, digits)}"


def between(low: float, high: float, *, digits: int | None = None) -> str:
    """``−1.96 … +0.44``."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return NOTHING
    digits = digits_for((high - low) / 2) if digits is None else digits
    return f"{signed(low, digits)}{NBSP}…{NBSP}{signed(high, digits)}"


def name_of(ctx: Context, choice: Choice) -> str:
    """``Pack 3 cell 22``, ``Pack 3 (median of 52 cells)``, ``BESS-1 (median of 260 cells)``."""
    if choice.pack is None:
        count = numbers.number(len(ctx.battery.names))
        return t("packpulse.series.name.battery", device=ctx.device, cells=count)
    if choice.cell is None:
        count = numbers.number(ctx.battery.pack.count(choice.pack))
        return t("packpulse.series.name.pack", pack=str(choice.pack), cells=count)
    return t("packpulse.series.name.cell", pack=str(choice.pack), cell=str(choice.cell))


def rate(trend: Trend, *, relative: bool, sign: bool) -> str:
    """Slope with its interval: in %/year of the baseline, or in mV/year against the pack."""
    if relative or not math.isfinite(trend.pct):
        words = plus_minus(1000 * trend.value, 1000 * trend.low, 1000 * trend.high, sign=sign)
        return f"{words}{NBSP}{t('packpulse.series.mv_year')}"
    words = plus_minus(trend.pct, trend.pct_low, trend.pct_high, sign=sign)
    return f"{words}{NBSP}{t('packpulse.series.pct_year')}"


def sentence(name: str, trend: Trend, *, relative: bool) -> str:
    """The verdict: declines, rises, not distinguishable from zero, or why there is none."""
    if trend.refusal:
        return t("packpulse.series.refused", name=name)
    against = "apart" if relative else "sat"
    sign = trend.verdict == NOT_DISTINGUISHABLE
    return t(
        f"packpulse.series.verdict.{against}.{trend.verdict}",
        name=name, rate=rate(trend, relative=relative, sign=sign),
    )  # fmt: skip


def refusal_words(trend: Trend, report: TrendReport, options: TrendOptions) -> str:
    """Why there is no verdict, from what, and what would mend it."""
    return t(
        f"packpulse.series.refusal.{trend.refusal}",
        n=numbers.number(trend.n),
        days=numbers.number(len(report.x)),
        complete=numbers.number(int(report.days.charges.complete.sum())),
        span=numbers.number(trend.span),
        least_days=numbers.number(options.least_days),
        least_span=numbers.number(options.least_span),
        least_regime=numbers.number(options.least_regime),
    )


def basis(trend: Trend, cells: int | None) -> str:
    """What a verdict rests on: n, span, regimes, p; and what to know beside it.

    Parameters
    ----------
    cells : how many cells were judged together; None where the series was judged alone.
    """
    parts = [
        t(
            "packpulse.series.basis",
            n=numbers.number(trend.n), span=numbers.number(trend.span + 1),
            regimes=numbers.number(trend.regimes),
        )
    ]  # fmt: skip
    if trend.regimes == 1:
        parts = [
            t(
                "packpulse.series.basis.one",
                n=numbers.number(trend.n), span=numbers.number(trend.span + 1),
            )
        ]  # fmt: skip
    p = p_words(trend.p)
    if cells is not None and math.isfinite(trend.p_adjusted):
        parts.append(
            t(
                "packpulse.series.p.adjusted",
                p=p, adjusted=p_words(trend.p_adjusted), cells=numbers.number(cells),
            )
        )  # fmt: skip
    else:
        parts.append(f"p {p}")
    if trend.verdict == NOT_DISTINGUISHABLE and not trend.low <= 0 <= trend.high:
        parts.append(t("packpulse.series.note.by_chance"))
    parts += [t(f"packpulse.series.note.{key}") for key in trend.notes]
    return " · ".join(parts)


def p_words(p: float) -> str:
    """``= 0.034`` or ``< 0.001``."""
    if not math.isfinite(p):
        return NOTHING
    if p < 0.001:
        return f"<{NBSP}{numbers.number(0.001, 3)}"
    return f"={NBSP}{numbers.number(p, 3 if p < 0.1 else 2)}"


def verdict_names() -> dict[str, str]:
    """Words of the verdicts, in the order of legends."""
    return {name: t(f"packpulse.series.word.{name}") for name in VERDICTS}


def verdict_word(trend_verdict: str, refusal: str | None) -> str:
    """One word or two for a table."""
    if refusal:
        return t(f"packpulse.series.refusal.{refusal}.short")
    return t(f"packpulse.series.word.{trend_verdict}")


def say_verdict(
    ctx: Context, report: TrendReport, choice: Choice, trend: Trend, options: TrendOptions
) -> None:
    """The sentence that a tab begins with, and what it rests on."""
    words = sentence(name_of(ctx, choice), trend, relative=choice.relative)
    if trend.refusal:
        states.notice(words, detail=refusal_words(trend, report, options))
        return
    st.subheader(words)
    cells = len(ctx.battery.names) if choice.cell is not None else None
    chart.show_caption(basis(trend, cells))


def other_side(choice: Choice) -> Choice:
    """The same cell, against its pack where it was absolute and the other way round."""
    return replace(choice, relative=not choice.relative)


def day_text(day: float) -> str:
    """Number of a local day as a date."""
    return context.day_name(int(day))


def chart_words() -> dict[str, Any]:
    """Names in the legend of the figure of one series."""
    return {
        key: t(f"packpulse.series.chart.{key}")
        for key in ("day", "week", "incomplete", "fit", "ray", "later", "today")
    }
