"""The import table, and the rules of style that a program can check.

The table is checked a second time by import-linter, which follows chains of imports. Here each file
is read on its own, so that the router, the command line and `TYPE_CHECKING` blocks are seen too.
"""

from __future__ import annotations

import ast
import gc
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[1]
PACKAGES = ("commands", "core", "ingest", "pages")
SCRIPTS = ("app.py", "preprocess.py")
FOLDERS = (*PACKAGES, "benchmarks", "tests")
OWN = frozenset({*FOLDERS, "app", "preprocess"})
STANDARD_LIBRARY = sys.stdlib_module_names

# Where a package is imported under another name than it is installed.
IMPORT_NAMES = {
    "fpdf2": "fpdf",
    "import-linter": "importlinter",
    "paho-mqtt": "paho",
    "pillow": "PIL",
    "pyserial": "serial",
    "scikit-image": "skimage",
    "scikit-learn": "sklearn",
}

# Module or package -> what it must not import, itself or anything below it.
FORBIDDEN_IMPORTS = {
    "app": {"commands", "ingest", "duckdb", "sqlite3", "scipy", "pyarrow"},
    "preprocess": {"pages", "streamlit", "duckdb", "sqlite3"},
    "commands": {"pages", "streamlit", "duckdb", "sqlite3", "app", "preprocess"},
    "core": {"commands", "ingest", "pages", "streamlit", "app", "preprocess"},
    "core.charts": {"core.query", "core.pyramid", "core.ledger", "core.analytics"},
    "ingest": {
        "commands",
        "pages",
        "core.query",
        "core.analytics",
        "core.charts",
        "streamlit",
        "plotly",
    },
    "pages": {"commands", "ingest", "duckdb", "sqlite3", "pyarrow", "scipy", "preprocess"},
}

# What a module may import though its package must not; docs/adr/0003-data-page-writes.md.
DOORS = {"pages.data": {"ingest.manual"}}

# Module or package -> all that it may import of this project, beside its own package.
ALLOWED_OWN_IMPORTS = {
    "core.errors": set(),
    "core.config": {"core.errors"},
    "core.signals": {"core.errors"},
    "core.analytics": {"core.signals", "core.errors"},
    "core.downsample": {"core.signals", "core.errors"},
}

# Module or package -> all that it may import of other projects, beside the standard library.
ALLOWED_FOREIGN_IMPORTS = {
    "core.errors": set(),
    "core.analytics": {"numpy", "pandas", "scipy", "sklearn", "threadpoolctl", "pvlib", "rainflow"},
    "core.downsample": {"numpy", "tsdownsample", "lttb"},
}

# Library -> the only modules that may import it.
SOLE_IMPORTERS = {
    "duckdb": {"core.query"},
    "sqlite3": {
        "core.alert_store",
        "core.annotations",
        "core.control_store",
        "core.ledger",
        "core.journal",
        "core.query",
        "core.sqlite_files",
    },
    "tsdownsample": {"core.downsample"},
    "lttb": {"core.downsample"},
}

SQL_MODULES = {
    "core.alert_store",
    "core.annotations",
    "core.control_store",
    "core.query",
    "core.ledger",
    "core.journal",
}
SQL = re.compile(r"\b(?:SELECT|select)\s.+?\s(?:FROM|from)\s", re.DOTALL)

EMPTY_WORDS = {"util", "utils", "manager", "helper", "helpers", "fast", "real", "optimized", "v2",
               "suite"}  # fmt: skip


def _sources(*places: str) -> list[Path]:
    """Python files of packages and scripts."""
    found = [path for place in places for path in sorted((REPO / place).rglob("*.py"))]
    return [*found, *(REPO / place for place in places if (REPO / place).is_file())]


def _module(path: Path) -> str:
    """Dotted name of a file of the repository."""
    parts = path.relative_to(REPO).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _id(path: Path) -> str:
    return path.relative_to(REPO).as_posix()


def imported(tree: ast.AST, module: str, *, package: bool = False) -> set[str]:
    """Dotted names that a module imports; `from a import b` counts as `a` and as `a.b`."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parents = module.split(".")
            parents = parents[: len(parents) - node.level + package] if node.level else []
            origin = ".".join([*parents, *([node.module] if node.module else [])])
            names |= {origin} | {f"{origin}.{alias.name}" for alias in node.names}
    return names


def _within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def _roots(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def import_faults(module: str, names: set[str]) -> list[str]:
    """Sentences about imports that the tables above do not allow."""
    faults = []
    for place, forbidden in FORBIDDEN_IMPORTS.items():
        if _within(module, place):
            found = {name for name in names for bad in forbidden if _within(name, bad)}
            found -= {n for n in found for door in DOORS.get(module, ()) if _within(n, door)}
            faults += [f"{module} must not import {name}" for name in sorted(found)]
    for place, allowed in ALLOWED_OWN_IMPORTS.items():
        if _within(module, place):
            own = {name for name in names if name.partition(".")[0] in OWN}
            # The bare parent in `from core import signals` says nothing by itself.
            extra = {
                name
                for name in own
                if name not in PACKAGES and not any(_within(name, ok) for ok in {*allowed, place})
            }
            faults += [f"{module} may import {sorted(allowed)}, not {name}" for name in extra]
    for place, allowed in ALLOWED_FOREIGN_IMPORTS.items():
        if _within(module, place):
            foreign = _foreign(names) - allowed
            faults += [f"{module} may import {sorted(allowed)}, not {name}" for name in foreign]
    for library, importers in SOLE_IMPORTERS.items():
        if library in _roots(names) and module not in importers:
            faults.append(f"only {sorted(importers)} may import {library}, not {module}")
    return faults


def _foreign(names: set[str]) -> set[str]:
    """Top-level packages that are neither ours nor in the standard library."""
    return _roots(names) - OWN - STANDARD_LIBRARY


def _docstrings(tree: ast.AST) -> set[int]:
    """Identities of the nodes that are docstrings."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and text of every string literal that is no docstring; f-strings with gaps as `{}`."""
    skipped = _docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [v.value if isinstance(v, ast.Constant) else "{}" for v in node.values]
            yield node.lineno, "".join(str(part) for part in parts)
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in skipped
        ):
            yield node.lineno, node.value


def blind_excepts(tree: ast.AST) -> list[int]:
    """Lines of handlers that catch everything and raise nothing."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and _catches_everything(node.type)
        and not any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
    ]


def _catches_everything(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    if isinstance(caught, ast.Tuple):
        return any(_catches_everything(element) for element in caught.elts)
    return isinstance(caught, ast.Name) and caught.id in {"Exception", "BaseException"}


def prints(tree: ast.AST) -> list[int]:
    """Lines that call the built-in print."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]


def words(name: str) -> set[str]:
    """Lower-case words of a snake_case or CamelCase name."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[._]+", " ", name)
    return set(spaced.lower().split())


def class_names(tree: ast.AST) -> list[str]:
    """Names of the classes of a module."""
    return [node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]


@pytest.fixture(scope="module", autouse=True)
def no_search_for_garbage() -> Iterator[None]:
    """In a million of nodes that all stay it would take longer than to parse them."""
    gc.disable()
    yield
    gc.enable()


@cache
def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def _imported(path: Path) -> set[str]:
    return imported(_parse(path), _module(path), package=path.name == "__init__.py")


def test_imports_keep_to_the_table() -> None:
    paths = _sources(*PACKAGES, *SCRIPTS)
    assert [
        fault for path in paths for fault in import_faults(_module(path), _imported(path))
    ] == []


def test_sql_stays_in_its_modules() -> None:
    assert [
        f"{_id(path)}:{line}"
        for path in _sources(*PACKAGES, *SCRIPTS)
        if _module(path) not in SQL_MODULES
        for line, text in texts(_parse(path))
        if SQL.search(text)
    ] == []


def test_pages_do_not_name_the_database() -> None:
    paths = _sources("pages")
    assert [_id(p) for p in paths if "duckdb" in p.read_text(encoding="utf-8").lower()] == []


def test_no_handler_is_blind() -> None:
    paths = _sources(*PACKAGES, *SCRIPTS, "benchmarks")
    assert [f"{_id(path)}:{line}" for path in paths for line in blind_excepts(_parse(path))] == []


def test_core_does_not_print() -> None:
    paths = _sources("core")
    assert [f"{_id(path)}:{line}" for path in paths for line in prints(_parse(path))] == []


def test_names_say_what_they_are() -> None:
    paths = _sources(*FOLDERS, *SCRIPTS)
    names = [
        name
        for path in paths
        for name in (_module(path), *class_names(_parse(path)))
        if words(name) & EMPTY_WORDS
    ]
    assert names == []


def test_the_router_stays_short() -> None:
    assert len((REPO / "app.py").read_text(encoding="utf-8").splitlines()) <= 60


def test_every_module_of_the_tables_exists() -> None:
    """A table that speaks of a module under its old name checks nothing."""
    named = {*FORBIDDEN_IMPORTS, *ALLOWED_OWN_IMPORTS, *ALLOWED_FOREIGN_IMPORTS}
    modules = {_module(path) for path in _sources(*PACKAGES, *SCRIPTS)}
    assert named - modules == set()


def _requirements(file: str) -> set[str]:
    """Import names of the packages that a requirement file names."""
    lines = (REPO / file).read_text(encoding="utf-8").splitlines()
    found = {m.group().lower() for line in lines if (m := re.match(r"[A-Za-z][\w.-]*", line))}
    return {IMPORT_NAMES.get(name, name.replace("-", "_")) for name in found}


@pytest.mark.parametrize(
    ("places", "files"),
    [
        (("commands", "core", "pages", *SCRIPTS), ("requirements.txt",)),
        (("ingest",), ("requirements.txt", "requirements-collect.txt")),
        (
            ("tests", "benchmarks"),
            ("requirements.txt", "requirements-collect.txt", "requirements-dev.txt"),
        ),
    ],
)
def test_what_is_imported_is_required(places: tuple[str, ...], files: tuple[str, ...]) -> None:
    required = set().union(*(_requirements(file) for file in files))
    missing = {
        f"{_id(path)}: {name}"
        for path in _sources(*places)
        for name in _foreign(_imported(path)) - required
    }
    assert missing == set()


# The checks themselves: each must see the fault it is there for.


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("core.analytics.cells", "import core.query"),
        ("core.analytics.cells", "from core import query"),
        ("core.analytics.cells", "from ..pyramid import write"),
        ("core.analytics.cells", "import duckdb"),
        ("core.analytics.cells", "def f():\n    import plotly.graph_objects as go"),
        ("core.downsample", "from core.rollup import Level"),
        ("core.errors", "import numpy"),
        ("core.fleet", "from ingest import build"),
        ("core.charts", "import streamlit as st"),
        ("core.export", "from duckdb import connect"),
        ("core.export", "import sqlite3"),
        ("ingest.build", "from core.analytics import quality"),
        ("ingest.build", "from core import query as q"),
        ("ingest.mqtt", "from pages.shared import texts"),
        ("pages.meters", "from scipy import stats"),
        ("pages.meters", "from ingest.manual import enter_reading"),
        ("pages.data", "from ingest.build import build"),
        ("pages.data", "from ingest import manual, build"),
        ("pages.meters", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pyarrow"),
        ("preprocess", "from pages.shared import texts"),
        ("app", "from commands.store import build"),
        ("commands.store", "from pages.shared import texts"),
        ("commands.store", "import preprocess"),
        ("core.export", "from commands.moments import parse_moment"),
        ("ingest.build", "from commands import exits"),
        ("pages.data", "from commands.store import build"),
    ],
)
def test_a_forbidden_import_is_seen(module: str, source: str) -> None:
    assert import_faults(module, imported(ast.parse(source), module))


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("core.analytics.cells", "from core import errors, signals\nimport scipy.stats, numpy"),
        ("core.analytics.cells", "from core.analytics.quality import flag_gaps"),
        ("core.analytics.cells", "from .quality import flag_gaps"),
        ("core.query", "import duckdb\nfrom core.ledger import Ledger"),
        ("ingest.build", "from core import pyramid, journal, ledger"),
        ("commands.store", "from core.query import open_store\nfrom ingest.build import build"),
        ("pages.meters", "from core import loads\nimport numpy as np"),
        ("pages.data", "import ingest.manual as manual"),
    ],
)
def test_an_allowed_import_passes(module: str, source: str) -> None:
    assert import_faults(module, imported(ast.parse(source), module)) == []


def test_relative_imports_resolve_from_modules_and_packages() -> None:
    tree = ast.parse("from . import a\nfrom ..b import c")
    assert imported(tree, "x.y.z") == {"x.y", "x.y.a", "x.b", "x.b.c"}
    assert imported(tree, "x.y.z", package=True) == {"x.y.z", "x.y.z.a", "x.y.b", "x.y.b.c"}


@pytest.mark.parametrize(
    "source",
    [
        "q = 'SELECT a FROM b WHERE c'",
        "q = f'select {a}\\nfrom {b} order by 1'",
        "q = 'WITH t AS (SELECT 1 FROM u) ' 'TABLE t'",
    ],
)
def test_sql_is_seen(source: str) -> None:
    assert any(SQL.search(text) for _, text in texts(ast.parse(source)))


def test_words_of_a_sentence_are_no_sql() -> None:
    source = '"""select one from many."""\nlabel = "Select a device from the list"'
    assert not any(SQL.search(text) for _, text in texts(ast.parse(source)))


@pytest.mark.parametrize(
    ("handler", "blind"),
    [
        ("except: pass", True),
        ("except Exception: log()", True),
        ("except (KeyError, BaseException): pass", True),
        ("except Exception as e: raise StoreError from e", False),
        ("except KeyError: pass", False),
    ],
)
def test_a_blind_handler_is_seen(handler: str, blind: bool) -> None:
    assert bool(blind_excepts(ast.parse(f"try:\n    f()\n{handler}"))) is blind


def test_names_are_split_into_words() -> None:
    assert words("core.query_utils") == {"core", "query", "utils"}
    assert words("HTTPManager") == {"http", "manager"}
    assert words("RealtimeFeed") == {"realtime", "feed"}
