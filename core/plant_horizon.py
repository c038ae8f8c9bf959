"""Horizon files of PVGIS."""

from __future__ import annotations

from pathlib import Path

from core.errors import DeclarationError


def read_horizon(path: Path) -> tuple[tuple[float, float], ...]:
    """A horizon file of PVGIS as pairs (azimuth from north, elevation) [°].

    PVGIS counts azimuths from south, west positive; the row of 180° repeats that of −180°.

    Raises
    ------
    DeclarationError : it cannot be read, or has no table of azimuth and horizon height.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DeclarationError(
            path, f"cannot be read ({getattr(error, 'strerror', None) or error})"
        ) from error
    header = next((n for n, line in enumerate(lines) if line.split()[:2] == ["A", "H_hor"]), None)
    if header is None:
        raise DeclarationError(path, "no table of a horizon", expected="a header A, H_hor")
    found: dict[float, float] = {}
    for number, line in enumerate(lines[header + 1 :], header + 2):
        cells = line.split()
        if not cells:
            break
        try:
            found.setdefault((float(cells[0]) + 180) % 360, float(cells[1]))
        except (ValueError, IndexError) as error:
            raise DeclarationError(path, f"{line!r} is no pair of numbers", line=number) from error
    return tuple(sorted(found.items()))
