"""Settings: arguments before environment before file before defaults, and refused when wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from core.config import Settings, load_settings
from core.errors import ConfigError


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder without settings."""
    monkeypatch.chdir(tmp_path)
    for name in ("ZIGGURAT_CONFIG", "ZIGGURAT_ZONE", "ZIGGURAT_STORE", "ZIGGURAT_WORKERS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_defaults() -> None:
    settings = load_settings()
    assert (settings.store, settings.zone, settings.sources) == (
        Path("data/store"), "Europe/Berlin", (),
    )  # fmt: skip
    assert settings.rules == "1min,5min,15min,1h,1d" and settings.nonexistent == "quarantine"


def test_order_of_precedence(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (elsewhere / "ziggurat.toml").write_text('zone = "UTC"\nworkers = 3\nstore = "from/file"\n')
    assert (load_settings().zone, load_settings().workers) == ("UTC", 3)
    monkeypatch.setenv("ZIGGURAT_WORKERS", "5")
    assert load_settings().workers == 5
    assert load_settings(workers=7, zone=None).workers == 7
    assert load_settings(workers=7, zone=None).zone == "UTC"
    other = elsewhere / "other.toml"
    other.write_text('zone = "Asia/Kolkata"\n')
    monkeypatch.setenv("ZIGGURAT_CONFIG", str(other))
    assert load_settings().zone == "Asia/Kolkata" and load_settings().store == Path("data/store")


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        load_settings().zone = "UTC"  # type: ignore[misc]
    assert isinstance(load_settings(), Settings)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"zone": "Mars/Base"}, "zone: .*Mars/Base"), ({"workers": 0}, "workers: "),
        ({"nonexistent": "drop"}, "nonexistent: "), ({"colour": "red"}, "colour: "),
        ({"zone": "../../etc/passwd"}, "zone: "), ({"query_memory_mb": 1}, "query_memory_mb: "),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(given: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load_settings(**given)


def test_a_file_that_is_not_toml_is_named(elsewhere: Path) -> None:
    (elsewhere / "ziggurat.toml").write_text("zone = \n")
    with pytest.raises(ConfigError, match="settings file"):
        load_settings()
