"""What an OPC UA server remembers of its nodes (OPC 10000-11, HistoryRead of raw values)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from asyncua import ua
from asyncua.client.client import Client
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.status_codes import get_name_and_doc
from asyncua.ua.uaerrors import UaError, UaStatusCodeError

_log = logging.getLogger(__name__)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAY_READ = 1 << ua.AccessLevel.HistoryRead.value
WINDOW_US = 300_000_000  # read and kept at once: one write to the journal must not take long
# Changes that were on their way when a collector was killed are older than what it had kept last.
MARGIN_US = 60_000_000


def windows(since: int, now: int, longest_us: int) -> list[tuple[int, int]]:
    """Stretches [µs UTC] that lead from what is kept to now, one after the other.

    Parameters
    ----------
    since : time of the newest reading that is kept.
    longest_us : how far back to ask at most.
    """
    start = max(since - MARGIN_US, now - longest_us)
    return [(at, min(at + WINDOW_US, now)) for at in range(start, now, WINDOW_US)]


async def remembered(client: Client, nodes: Sequence[ua.NodeId], per_read: int) -> list[ua.NodeId]:
    """Those nodes whose history may be read; `per_read` of them in one request, 0 for all."""
    found = []
    step = per_read or len(nodes) or 1
    for start in range(0, len(nodes), step):
        asked = list(nodes[start : start + step])
        values = await client.uaclient.read_attributes(asked, AttributeIds.AccessLevel)
        for node, value in zip(asked, values, strict=True):
            level = value.Value.Value if value.Value is not None else None
            if isinstance(level, int) and level & _MAY_READ:
                found.append(node)
    return found


async def read_history(
    client: Client, node: ua.NodeId, start: int, end: int, gone: frozenset[int]
) -> list[ua.DataValue]:
    """Values of a node between two moments [µs UTC]; none where the server does not give them.

    What is told live goes before: a history that is refused, too slow or garbled is left out, and
    the log says so.

    Parameters
    ----------
    gone : status codes by which the server says that the session is lost.

    Raises
    ------
    UaStatusCodeError : one of those.
    """
    try:
        found: list[ua.DataValue] = await client.get_node(node).read_raw_history(
            _EPOCH + timedelta(microseconds=start), _EPOCH + timedelta(microseconds=end),
            return_bounds=False,
        )  # fmt: skip
    except UaStatusCodeError as error:
        if error.code in gone:
            raise
        _log.warning("%s: history refused: %s", node, get_name_and_doc(error.code)[0])
        return []
    except (TimeoutError, UaError, AttributeError, TypeError) as error:
        # The library meets an answer without data with whatever it stumbles over.
        _log.warning("%s: no history: %s", node, error or type(error).__name__)
        return []
    return found
