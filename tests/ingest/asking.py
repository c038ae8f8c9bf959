"""What tests of devices that are asked share: a template in a file, one question, its values."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from core.readings import Reading
from core.toml_file import TomlFile, read_toml
from ingest.devices import DeviceSpec, transport_class


def written(folder: Path, text: str, name: str) -> TomlFile:
    """A template as a file of that name."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_toml(path)


async def poll_once(spec: DeviceSpec) -> dict[str, Reading]:
    """All readings by signal of a device that is opened, asked and closed."""
    asked = transport_class(spec.transport)(spec)
    try:
        await asked.open()
        return {one.signal: one for one in await asked.poll()}
    finally:
        await asked.close()


def values_of(readings: Mapping[str, Reading]) -> dict[str, float]:
    """Values by signal."""
    return {name: one.value for name, one in readings.items()}
