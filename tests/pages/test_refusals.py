"""Every reason that the code gives for saying nothing has its words, on the page and in the report.

The names are read from the code itself, so that a new reason without words fails here.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from core.pack_report_texts import TEXTS as REPORT
from pages.packs.capacity import COMMON_REFUSALS
from pages.shared.texts import TEXTS as PAGE

CORE = Path(__file__).parents[2] / "core"
NAME = re.compile(r"[a-z]+(_[a-z]+)*")
SAYING = ("refused", "_mark", "RoundTrip", "trip")  # calls that take a reason


@cache
def functions() -> dict[tuple[str, bool], list[ast.FunctionDef]]:
    """Functions by name, wherever in core they stand; whether they stand where cells are judged."""
    found = defaultdict(list)
    for path in sorted(CORE.rglob("*.py")):
        judging = path.name in ("packs.py", "weak_cells.py", "diagnosis.py")
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                found[node.name, judging].append(node)
    return found


def leaves(node: ast.AST | None) -> Iterator[str]:
    """Names that an expression may come out as."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from [node.value] if NAME.fullmatch(node.value) else []
    elif isinstance(node, ast.IfExp):
        yield from (*leaves(node.body), *leaves(node.orelse))
    elif isinstance(node, ast.BoolOp | ast.Tuple | ast.List):
        for part in getattr(node, "values", None) or getattr(node, "elts", []):
            yield from leaves(part)


def reasons(*names: str, judging: bool = False) -> set[str]:
    """Reasons that functions return, assign to a reason, or hand to a refusal."""
    found: set[str] = set()
    for function in (one for name in names for one in functions()[name, judging]):
        for node in ast.walk(function):
            if isinstance(node, ast.Return):
                found |= set(leaves(node.value))
            elif isinstance(node, ast.Assign):
                target = ast.unparse(node.targets[0])
                said = re.search("refusal|why|reason", target) and "growth" not in target
                found |= set(leaves(node.value)) if said else set()
            elif isinstance(node, ast.Call):
                if ast.unparse(node.func) in SAYING:
                    found |= {name for one in node.args for name in leaves(one)}
            elif isinstance(node, ast.For):
                found |= set(leaves(node.iter))
    return found - {"ac", "dc", "aux", "power", "counter", "undecided", "unknown", "sensor"}


# Reasons of the code -> keys of the page, keys of the report.
DOUBTED = reasons("why_doubted", judging=True) - {"turned", "clock"}
WEAK = DOUBTED | reasons(
    "_cannot", "_nothing_to_compare", "weak_cells", "diagnose", judging=True
) - {"still"}
COUNTED = DOUBTED | reasons("_cannot", "why_uncounted", "_ledger")
STEPS = DOUBTED | reasons("_cannot", "why_uncounted", "resistance_report")
CURVES = DOUBTED | reasons("_cannot", "why_uncounted", "_string_ica")
CELLS = reasons("diagnose", "_classify", judging=True) | {"still"}
NOT_SEEN = (
    "no_rests",
    "no_empty_end",
    "no_full_end",
    "no_curve",
)  # of all cells: then of the battery
TRIPS = reasons("efficiency_of", "estimate_round_trip")
CHARGES = reasons("judge_charges")


def shared(name: str, part: str) -> str:
    """Key of a reason on the capacity tab, as `pages.packs.capacity.why` makes it."""
    common = name in COMMON_REFUSALS
    return f"packpulse.refusal.{name}" if common else f"packpulse.capacity.{part}.{name}"


def test_the_code_is_read() -> None:
    assert {"current_sign", "no_capacity", "no_current"} <= WEAK
    assert {"current_sign", "current_zero", "cells_clock"} == DOUBTED
    assert {"no_anchors", "no_readings", "no_current"} <= COUNTED
    assert {"no_steps", "no_soc", "no_current"} <= STEPS
    assert {"voltage_scale", "no_voltage"} <= CURVES
    assert {"full_end_flat", "two_faults", *NOT_SEEN} <= CELLS
    assert {"no_dc", "no_soc", "above_one", "few_windows", "gaps", "idle"} <= TRIPS
    assert {"soc_low", "voltage_low"} <= CHARGES


@pytest.mark.parametrize("name", sorted({*WEAK, *NOT_SEEN}))
def test_reasons_why_no_cell_can_be_judged(name: str) -> None:
    for key in (f"packpulse.refusal.{name}", f"packpulse.refusal.{name}.short"):
        assert key in PAGE
    assert f"refusal.{name}" in REPORT


@pytest.mark.parametrize("name", sorted(CELLS))
def test_reasons_why_a_cell_cannot_be_judged(name: str) -> None:
    assert f"packpulse.reason.{name}" in PAGE
    assert f"reason.{name}" in REPORT


@pytest.mark.parametrize("name", sorted(COUNTED))
def test_reasons_why_no_charge_is_counted(name: str) -> None:
    assert shared(name, "refusal") in PAGE
    assert f"missing.{name}" in REPORT


@pytest.mark.parametrize("name", sorted(STEPS))
def test_reasons_why_no_resistance_is_told(name: str) -> None:
    assert shared(name, "ohm") in PAGE
    assert f"packpulse.dossier.ohm.short.{name}" in PAGE
    assert f"missing.{name}" in REPORT


@pytest.mark.parametrize("name", sorted(CURVES))
def test_reasons_why_no_curve_is_drawn(name: str) -> None:
    assert shared(name, "ica") in PAGE


@pytest.mark.parametrize("name", sorted(TRIPS))
def test_reasons_why_no_efficiency_is_told(name: str) -> None:
    assert f"bess.refusal.{name}" in PAGE
    assert f"missing.{name}" in REPORT


@pytest.mark.parametrize("name", sorted(CHARGES))
def test_reasons_why_a_charge_does_not_count(name: str) -> None:
    assert f"packpulse.state.{name}" in PAGE
