"""Settings: read once from TOML and environment, validated, frozen.

Order of precedence: arguments, environment (``ZIGGURAT_STORE=...``), the file named by
``ZIGGURAT_CONFIG`` or ``ziggurat.toml`` in the working folder, defaults.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from core.errors import ConfigError

DEFAULT_RULES = "1min,5min,15min,1h,1d"


class Settings(BaseSettings):
    """What a run may be told from outside."""

    model_config = SettingsConfigDict(
        env_prefix="ZIGGURAT_", env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    store: Path = Path("data/store")
    sources: tuple[Path, ...] = ()
    zone: str = "Europe/Berlin"
    nonexistent: Literal["quarantine", "shift"] = "quarantine"
    rules: str = DEFAULT_RULES
    workers: int = Field(default=2, ge=1, le=64)
    future_tolerance_s: float = Field(default=86_400.0, ge=0)
    signals: Path | None = None
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

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then the TOML file."""
        path = Path(os.environ.get("ZIGGURAT_CONFIG", "ziggurat.toml"))
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, path)


def load_settings(**given: Any) -> Settings:
    """Settings from arguments (None is left out), environment and file.

    Raises
    ------
    ConfigError : a value is unknown or out of bounds; the message names it.
    """
    try:
        return Settings(**{key: value for key, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "settings"
        raise ConfigError(f"{where}: {first['msg']}") from error
    except ValueError as error:
        raise ConfigError(f"settings file: {error}") from error
