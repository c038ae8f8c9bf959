"""What the ledger and the journal share: asking an SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from core.errors import StoreError


def ask(
    connection: sqlite3.Connection,
    query: str,
    values: Sequence[Any],
    said: Callable[[sqlite3.DatabaseError], StoreError],
) -> list[sqlite3.Row]:
    """All rows of an answer.

    Parameters
    ----------
    said : the project's error for one of the library, with the file and the way out.

    Raises
    ------
    StoreError : what `said` makes of it.
    """
    try:
        return connection.execute(query, values).fetchall()
    except sqlite3.DatabaseError as error:
        raise said(error) from error
