"""Settings: read once from TOML and environment, validated, frozen.

Order of precedence: arguments, environment (``ZIGGURAT_STORE=...``), the file named by
``ZIGGURAT_CONFIG`` or ``ziggurat.toml`` in the working folder, defaults.
"""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from core.errors import ConfigError

PREFIX = "ZIGGURAT_"
DEFAULT_RULES = "1min,5min,15min,1h,1d"


class Settings(BaseModel):
    """What a run may be told from outside."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    store: Path = Path("data/store")
    journal: Path | None = None  # None: in the store's folder
    sources: tuple[Path, ...] = ()
    zone: str = "Europe/Berlin"
    nonexistent: Literal["quarantine", "shift"] = "quarantine"
    rules: str = DEFAULT_RULES
    workers: int = Field(default=2, ge=1, le=64)
    future_tolerance_s: float = Field(default=86_400.0, ge=0)
    signals: Path | None = None
    plants: Path | None = None  # None: <store>_plants.toml beside the store
    alerts: Path | None = None  # None: <store>_alerts.toml beside the store
    control: Path | None = None  # None: <store>_control.toml beside the store
    language: Literal["en", "de"] = "en"
    upload_limit_mb: int = Field(default=200, ge=1)
    query_memory_mb: int = Field(default=1024, ge=64)
    query_threads: int = Field(default=2, ge=1)

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"unknown time zone {zone!r}, e.g. Europe/Berlin or UTC") from error
        return zone

    @field_validator("sources", mode="before")
    @classmethod
    def _listed(cls, sources: Any) -> Any:
        """In the environment a list is JSON: ``ZIGGURAT_SOURCES=["data/meter", "data/PV"]``."""
        return json.loads(sources) if isinstance(sources, str) else sources


def _environment() -> dict[str, str]:
    named = {name: f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    return {name: os.environ[key] for name, key in named.items() if key in os.environ}


def _file() -> dict[str, Any]:
    path = Path(os.environ.get(f"{PREFIX}CONFIG", "ziggurat.toml"))
    return tomllib.loads(path.read_text()) if path.is_file() else {}


def load_settings(**given: Any) -> Settings:
    """Settings from arguments (None is left out), environment and file.

    Raises
    ------
    ConfigError : a value is unknown or out of bounds; the message names it.
    """
    try:
        told = {key: value for key, value in given.items() if value is not None}
        return Settings(**_file() | _environment() | told)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "settings"
        raise ConfigError(f"{where}: {first['msg']}") from error
    except ValueError as error:
        raise ConfigError(f"settings file: {error}") from error
