"""What the documents say of the collector: the example is taken, and every key is described."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from core.errors import ConfigError
from ingest.__main__ import app
from ingest.collector_config import CollectorOptions, Site, _Device, load_collector
from ingest.devices import (
    REQUIREMENTS,
    TRANSPORTS,
    Derived,
    Identity,
    Point,
    template_names,
    transport_class,
)

REPO = Path(__file__).parents[2]
EXAMPLE = REPO / "docs/collector.example.toml"
COLLECTOR = (REPO / "docs/collector.md").read_text("utf-8")
TEMPLATES = (REPO / "docs/device-templates.md").read_text("utf-8")
DOCUMENTS = {path.name: path.read_text("utf-8") for path in (
    REPO / "README.md", REPO / "docs/collector.md", REPO / "docs/device-templates.md",
    REPO / "docs/operations.md", EXAMPLE,
)}  # fmt: skip


def need(transport: str) -> None:
    """Skip where a transport's package is not installed."""
    try:
        transport_class(transport)
    except ConfigError:
        pytest.skip(f"needs the package of {transport}: pip install -r {REQUIREMENTS}")


def test_the_example_is_taken_and_has_every_transport() -> None:
    for transport in TRANSPORTS:
        need(transport)
    done = subprocess.run(
        [sys.executable, "-m", "ingest", "collect", "--config", str(EXAMPLE), "--check"],
        cwd=REPO, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    known = load_collector(EXAMPLE).devices
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == [one.name for one in known]
    named = set(re.findall(r'^transport = "(\w+)"', EXAMPLE.read_text("utf-8"), re.MULTILINE))
    # Two ways of one protocol count as one.
    spoken = {one.transport.partition("-")[0] for one in known} | named
    assert spoken == {name.partition("-")[0] for name in TRANSPORTS}


def test_the_first_configuration_is_taken(tmp_path: Path) -> None:
    first = re.search(r"## First configuration\n+```toml\n(.*?)```", COLLECTOR, re.DOTALL)
    assert first is not None
    assert len(first[1].splitlines()) == 6
    path = tmp_path / "collector.toml"
    path.write_text(first[1], "utf-8")
    assert load_collector(path).devices[0].name == "INV-1"


@pytest.mark.parametrize("model", [CollectorOptions, Site, _Device])
def test_every_key_of_the_configuration_is_described(model: type) -> None:
    missing = [name for name in model.model_fields if f"`{name}`" not in COLLECTOR]
    assert missing == []


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_every_setting_and_field_of_a_transport_is_described(transport: str) -> None:
    need(transport)
    spoken = transport_class(transport)
    fields = {*spoken.Settings.model_fields, *spoken.Point.model_fields} - set(Point.model_fields)
    assert [name for name in sorted(fields) if f"`{name}`" not in TEMPLATES] == []


@pytest.mark.parametrize("model", [Identity, Point, Derived])
def test_every_key_of_a_template_is_described(model: type) -> None:
    named = set(re.findall(r"`(\w+)`", TEMPLATES)) | set(
        re.findall(r"^(\w+) =", TEMPLATES, re.MULTILINE)
    )
    assert set(model.model_fields) - named == set()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_commands_and_templates_of_the_documents_exist(name: str) -> None:
    text = DOCUMENTS[name]
    command = typer.main.get_command(app)
    for words in re.findall(r"python -m ingest ([a-z][^\n`#]*)", text):
        asked, found = words.split(), command
        while asked and asked[0] in getattr(found, "commands", {}):
            found = found.commands[asked.pop(0)]
        assert not hasattr(found, "commands"), words
        known = {option for one in found.params for option in one.opts} | {"--help"}
        assert {word for word in asked if word.startswith("--")} <= known, words
    for template in re.findall(r'(?:--template |template = ")([a-z_0-9]+)\b', text):
        assert template in template_names(), template
