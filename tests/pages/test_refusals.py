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


NOT_SEEN = {"no_rests", "no_empty_end", "no_full_end", "no_curve"}  # of all cells: then the battery


def doubted() -> set[str]:
    return reasons("why_doubted", judging=True) - {"turned", "clock"}


def weak() -> set[str]:
    named = ("_cannot", "_nothing_to_compare", "weak_cells", "diagnose")
    return doubted() | reasons(*named, judging=True) - {"still"}


def counted() -> set[str]:
    return doubted() | reasons("_cannot", "why_uncounted", "_ledger")


def steps() -> set[str]:
    return doubted() | reasons("_cannot", "why_uncounted", "resistance_report")


def curves() -> set[str]:
    return doubted() | reasons("_cannot", "why_uncounted", "_string_ica")


def cells() -> set[str]:
    return reasons("diagnose", "_classify", judging=True) | {"still"}


def trips() -> set[str]:
    return reasons("efficiency_of", "estimate_round_trip")


def charges() -> set[str]:
    return reasons("judge_charges")


def shared(name: str, part: str) -> str:
    """Key of a reason on the capacity tab, as `pages.packs.capacity.why` makes it."""
    common = name in COMMON_REFUSALS
    return f"packpulse.refusal.{name}" if common else f"packpulse.capacity.{part}.{name}"


def without_words(names: set[str], *, page: tuple[str, ...] = (), report: str = "") -> set[str]:
    """Keys of reasons that the page or the report does not have; ``{}`` stands for the reason."""
    keys = {key.format(name) for key in page for name in names} - set(PAGE)
    return keys | ({report.format(name) for name in names if report} - set(REPORT))


def test_the_code_is_read() -> None:
    assert {"current_sign", "no_capacity", "no_current"} <= weak()
    assert {"current_sign", "current_zero", "cells_clock"} == doubted()
    assert {"no_anchors", "no_readings", "no_current"} <= counted()
    assert {"no_steps", "no_soc", "no_current"} <= steps()
    assert {"voltage_scale", "no_voltage"} <= curves()
    assert {"full_end_flat", "two_faults"} | NOT_SEEN <= cells()
    assert {"no_dc", "no_soc", "above_one", "few_windows", "gaps", "idle"} <= trips()
    assert {"soc_low", "voltage_low"} <= charges()


def test_words_that_are_missing_are_seen() -> None:
    nowhere = without_words({"moon"}, page=("packpulse.refusal.{}",), report="refusal.{}")
    assert nowhere == {"packpulse.refusal.moon", "refusal.moon"}


def test_reasons_why_no_cell_can_be_judged() -> None:
    page = ("packpulse.refusal.{}", "packpulse.refusal.{}.short")
    assert without_words(weak() | NOT_SEEN, page=page, report="refusal.{}") == set()


def test_reasons_why_a_cell_cannot_be_judged() -> None:
    assert without_words(cells(), page=("packpulse.reason.{}",), report="reason.{}") == set()


def test_reasons_why_no_charge_is_counted() -> None:
    assert {shared(name, "refusal") for name in counted()} - set(PAGE) == set()
    assert without_words(counted(), report="missing.{}") == set()


def test_reasons_why_no_resistance_is_told() -> None:
    assert {shared(name, "ohm") for name in steps()} - set(PAGE) == set()
    page = ("packpulse.dossier.ohm.short.{}",)
    assert without_words(steps(), page=page, report="missing.{}") == set()


def test_reasons_why_no_curve_is_drawn() -> None:
    assert {shared(name, "ica") for name in curves()} - set(PAGE) == set()


def test_reasons_why_no_efficiency_is_told() -> None:
    assert without_words(trips(), page=("bess.refusal.{}",), report="missing.{}") == set()


def test_reasons_why_a_charge_does_not_count() -> None:
    assert without_words(charges(), page=("packpulse.state.{}",)) == set()
