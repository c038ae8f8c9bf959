"""Habits of the repository: what holds for every file, and what the documents promise."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from ipaddress import ip_address
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[1]
TEXT_SUFFIXES = frozenset(
    {"", ".css", ".csv", ".html", ".ini", ".js", ".json", ".md", ".py", ".sh", ".toml", ".txt"}
)

# The patterns are written so that they do not match their own text.
MACHINE_PATH = re.compile(r"(?<![\w.$}~-])/(?:home|root|work|Users)/\w|\b[A-Z]:\\+Users\\")
REGISTRY = re.compile(
    r"pypi\.org|pythonhosted\.org|npmjs\.|anaconda\.org|--(?:extra-)?index-url|--find[-]links",
    re.IGNORECASE,
)
EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f]")


def _files() -> list[Path]:
    """Text files that are, or would be, in the repository."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=REPO,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [REPO / name for name in listing.stdout.split("\0") if name]
    return [path for path in paths if path.suffix in TEXT_SUFFIXES and path.is_file()]


def _read(name: str) -> str:
    return (REPO / name).read_text(encoding="utf-8")


def lines_with(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    """`file:line: text` of every line that the pattern finds."""
    return [
        f"{path.relative_to(REPO)}:{number}: {line.strip()[:80]}"
        for path in paths
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if pattern.search(line)
    ]


def make_verbs() -> set[str]:
    """Targets of the Makefile that a person calls."""
    return set(re.findall(r"^([a-z]+):.*## ", _read("Makefile"), re.MULTILINE))


def undocumented(tree: ast.Module) -> list[str]:
    """Public functions, classes and methods without a docstring; bare signatures need none."""
    found = []
    scopes: list[tuple[str, ast.Module | ast.ClassDef]] = [("", tree)]
    for prefix, scope in scopes:
        for node in scope.body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            if node.name.startswith("_") or _is_signature(node):
                continue
            if not ast.get_docstring(node):
                found.append(f"{prefix}{node.name}")
            if isinstance(node, ast.ClassDef):
                scopes.append((f"{prefix}{node.name}.", node))
    return found


def _is_signature(node: ast.stmt) -> bool:
    """Whether the body is `...` alone, as in a Protocol."""
    body = getattr(node, "body", [])
    return (
        len(body) == 1
        and isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
        and body[0].value.value is Ellipsis
    )


@pytest.mark.parametrize(
    "pattern",
    [MACHINE_PATH, REGISTRY, EMOJI],
    ids=["paths of one machine", "package registries", "emoji"],
)
def test_no_file_holds(pattern: re.Pattern[str]) -> None:
    assert lines_with(pattern, _files()) == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (MACHINE_PATH, "open('" + "/home" + "/ada/x')"),
        (MACHINE_PATH, "C:" + "\\Users" + "\\ada"),
        (REGISTRY, "pip install --index" + "-url x"),
        (REGISTRY, "https://pypi" + ".org/simple"),
        (EMOJI, "done \N{ROCKET}"),
        (EMOJI, "\N{WARNING SIGN}"),
    ],
)
def test_patterns_find_what_they_are_for(pattern: re.Pattern[str], text: str) -> None:
    assert pattern.search(text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (MACHINE_PATH, "/srv/ziggurat/store"),
        (MACHINE_PATH, "framework/root/x and tests/work/x"),
        (EMOJI, "1 h → 1 d, −5 °C × 2"),
    ],
)
def test_patterns_leave_the_rest(pattern: re.Pattern[str], text: str) -> None:
    assert not pattern.search(text)


def test_readme_names_only_verbs_that_exist() -> None:
    named = set(re.findall(r"\bmake ([a-z]+)\b(?=[`\s]|$)", _code(_read("README.md"))))
    assert named, "the README shows no make command"
    assert named - make_verbs() == set()


def _code(markdown: str) -> str:
    """Fenced blocks and inline code of a Markdown text, a line each."""
    fenced = re.findall(r"^```.*?\n(.*?)^```", markdown, re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`([^`\n]+)`", markdown)
    return "\n".join([*fenced, *inline])


def test_make_prints_every_verb() -> None:
    command = ["make", "--no-print-directory"]
    shown = subprocess.run(command, cwd=REPO, capture_output=True, text=True, check=True).stdout
    assert {line.split()[1] for line in shown.splitlines()} == make_verbs()


def test_changelog_has_an_unreleased_section() -> None:
    assert re.search(r"^## \[Unreleased\]$", _read("CHANGELOG.md"), re.MULTILINE)


def test_every_requirement_is_pinned_and_bounded() -> None:
    pinned = {_canonical(line.split("==")[0]) for line in _lines("constraints.txt")}
    required = [*_lines("requirements.txt"), *_lines("requirements-dev.txt")]
    required = [line for line in required if not line.startswith("-r")]
    names = {_canonical(re.split(r"[<>=~!\[;]", line)[0]) for line in required}
    assert names - pinned == set()
    assert [line for line in required if not re.search(r"[<>=]=", line)] == []


def _lines(name: str) -> list[str]:
    """Lines of a requirement file without comments."""
    return [line for line in _read(name).splitlines() if line and not line.startswith("#")]


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).strip().lower()


def test_public_names_of_core_are_documented() -> None:
    assert [
        f"{path.relative_to(REPO)}: {name}"
        for path in sorted((REPO / "core").rglob("*.py"))
        for name in undocumented(ast.parse(path.read_text(encoding="utf-8")))
    ] == []


def test_a_missing_docstring_is_seen() -> None:
    source = 'def a(): pass\ndef _b(): pass\nclass C:\n    "c"\n    def d(self): pass\n'
    assert undocumented(ast.parse(source)) == ["a", "C.d"]


def test_the_app_listens_on_loopback_and_reports_nothing() -> None:
    config = tomllib.loads(_read(".streamlit/config.toml"))
    address = config["server"]["address"]
    assert address == "localhost" or ip_address(address).is_loopback
    assert config["browser"]["gatherUsageStats"] is False


def test_pages_fetch_no_icon_font() -> None:
    """Streamlit loads `:material/...:` icons of pages from a font server outside the host."""
    paths = [REPO / "app.py", *sorted((REPO / "pages").rglob("*.py"))]
    assert lines_with(re.compile(r":material/"), paths) == []


NEEDS_A_SERVER = """
import pytest

@pytest.mark.broker
def test_subscribes():
    pytest.skip("no Mosquitto here")

@pytest.mark.shared
def test_real_series():
    pytest.skip("no data here")

def test_library():
    pytest.importorskip("no_such_library", reason="needs no_such_library")
"""


@pytest.mark.parametrize(
    ("require_all", "status", "summary"), [("0", 0, "3 skipped"), ("1", 1, "2 failed, 1 skipped")]
)
def test_a_skip_for_want_of_a_server_can_be_refused(
    tmp_path: Path, require_all: str, status: int, summary: str
) -> None:
    test = tmp_path / "test_server.py"
    test.write_text(NEEDS_A_SERVER, encoding="utf-8")
    options = ["-p", "tests.strict_skips", "-c", os.devnull, "--rootdir", str(tmp_path)]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(test)],
        cwd=REPO,
        env={**os.environ, "REQUIRE_ALL": require_all},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == status
    assert summary in run.stdout.splitlines()[-1]
    for name in ("test_subscribes", "test_library"):
        assert (f"{name} was skipped, but" in run.stdout) == (status == 1)
