"""SOH as the BMS tells it, beside capacity from counted charge."""

from __future__ import annotations

from core import battery_charts, bess_health
from pages.battery.context import Context, Curve, show_dated
from pages.shared import chart, data, numbers, states
from pages.shared.texts import t


def show_health(ctx: Context) -> None:
    """SOH of the BMS beside capacity from counted charge."""
    found = data.report(ctx.store, bess_health.health_report, ctx.device.name, *ctx.view)
    measured = found.measured
    told = found.told
    if told.empty and (measured is None or measured.refusal):
        why = t("bess.health.no_told")
        states.notice(t("bess.health.none", why=f"{why}, {why_unmeasured(found)}"))
        return
    lines: dict[str, Curve] = {}
    if len(told):
        lines[t("bess.health.told")] = (told["ts"], 100 * told["soh"])
    if len(found.ledger):
        good = found.ledger[found.ledger["qualifies"]]
        lines[t("bess.health.measured")] = (
            good["end"], 100 * good["capacity_ah"] / found.rated_ah,
        )  # fmt: skip
    figure = battery_charts.build_lines_figure(
        lines, zone=ctx.zone, unit=t("bess.health.axis"), span=ctx.view,
        title=health_title(found), markers=(t("bess.health.measured"),), height=360,
        **ctx.look,
    )  # fmt: skip
    show_dated(ctx, figure, "health")
    words = [why_unmeasured(found)]
    if measured is not None and not measured.refusal:
        words = [
            t(
                "bess.health.note",
                value=numbers.number(measured.value, 1),
                half=numbers.number((measured.high - measured.low) / 2, 1),
                rated=numbers.number(found.rated_ah),
                count=numbers.number(measured.n),
            )
        ]
    ledger = found.ledger
    if len(ledger):
        ledger = ledger.assign(
            **{n: chart.local_times(ledger[n], ctx.zone) for n in ("start", "end")}
        )
    chart.show_below(
        words, "health", ledger if len(ledger) else told,
        name=f"{ctx.device.name}_capacity", zone=ctx.zone,
    )  # fmt: skip


def why_unmeasured(found: bess_health.Health) -> str:
    """Why no capacity was measured."""
    if found.missing:
        return t(f"bess.health.{found.missing}")
    count = found.measured.n if found.measured is not None else 0
    return t("bess.health.few", count=numbers.number(count))


def health_title(found: bess_health.Health) -> str:
    """What the BMS says and what was counted."""
    told = numbers.percent(float(found.told["soh"].iloc[-1]), 0) if len(found.told) else ""
    measured = found.measured
    if measured is None or measured.refusal:
        return t("bess.health.title.told", told=told)
    share = numbers.percent(measured.value / found.rated_ah)
    if not told:
        return t("bess.health.title.measured", measured=share)
    return t("bess.health.title", told=told, measured=share)
