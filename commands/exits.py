"""Exit codes of the command line, and how a command ends with one."""

from __future__ import annotations

from typing import NoReturn

import typer

EXIT_SOURCES = 1  # some sources could not be read; the rest is in the store
EXIT_USAGE = 2
EXIT_STORE = 3  # the store is missing, damaged, locked or of another format
EXIT_DIFFERS = 4  # verify found differences


def stop(code: int, sentence: str) -> NoReturn:
    """Say on standard error why, and end."""
    typer.echo(sentence, err=True)
    raise SystemExit(code)
