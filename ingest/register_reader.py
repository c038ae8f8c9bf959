"""Asks for many registers in few questions."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import BadAnswer
from ingest.modbus_link import BIT_TABLES, REFUSALS, Link, Refused, Table

# What a device has refused is asked for again after this time [s]; it may have learnt it.
ASK_AGAIN_S = 600.0
_LONGEST_BITS = 2000


@dataclass(frozen=True, order=True)
class Span:
    """Where a value lies."""

    table: Table
    start: int
    count: int

    @property
    def end(self) -> int:
        """First address behind it."""
        return self.start + self.count


@dataclass(frozen=True)
class Limits:
    """How a device likes to be asked.

    Attributes
    ----------
    max_registers : most registers in one question.
    max_gap : registers without meaning that may be read along.
    boundaries : addresses at which a question must begin anew.
    """

    max_registers: int = 125
    max_gap: int = 16
    boundaries: tuple[int, ...] = ()


def grouped(spans: Iterable[Span], limits: Limits) -> list[tuple[Span, ...]]:
    """Spans that are read together: near, not too many, no boundary between them."""
    groups: list[list[Span]] = []
    end = 0
    for span in sorted(set(spans)):
        if groups and _joins(groups[-1][0], end, span, limits):
            groups[-1].append(span)
            end = max(end, span.end)
        else:
            groups.append([span])
            end = span.end
    return [tuple(group) for group in groups]


def _joins(first: Span, end: int, span: Span, limits: Limits) -> bool:
    """Whether a span is read along with those from `first` to `end`."""
    longest = _LONGEST_BITS if span.table in BIT_TABLES else limits.max_registers
    last = max(end, span.end)
    return (
        span.table == first.table
        and span.start - end <= limits.max_gap
        and last - first.start <= longest
        and not any(first.start < at < last for at in limits.boundaries)
    )


class Answer:
    """Words that a device has told.

    Attributes
    ----------
    ts : time [µs UTC] of the first answer. All values of a poll bear it, so that the cells of a
        battery stay together.
    """

    def __init__(self) -> None:
        self.ts = 0
        self._words: dict[tuple[Table, int], int] = {}

    def add(self, table: Table, start: int, words: Iterable[int]) -> None:
        """Keep the words from an address on."""
        self.ts = self.ts or time.time_ns() // 1000
        self._words.update({(table, at): word for at, word in enumerate(words, start)})

    def words(self, span: Span) -> list[int] | None:
        """Words of a span; None where the device has refused them."""
        found = [self._words.get((span.table, at)) for at in range(span.start, span.end)]
        told = [word for word in found if word is not None]
        return told if len(told) == span.count else None


class Reader:
    """Reads the same spans again and again, and learns which of them a device refuses."""

    def __init__(self, link: Link, spans: Iterable[Span], limits: Limits) -> None:
        self._link = link
        self._groups = grouped(spans, limits)
        self._refused: tuple[Span, ...] = ()
        self._ask_again = 0.0

    async def read(self) -> Answer:
        """Everything that the device has.

        A question that is refused is asked in halves, down to single spans, and from then on
        so: one register that is not there does not lose the others.

        Raises
        ------
        Unreachable, NoAnswer
        BadAnswer : no answer, an exception code for all registers, or one that will pass.
        """
        if self._refused and time.monotonic() >= self._ask_again:
            self._groups += [(span,) for span in self._refused]
            self._refused = ()
        answer = Answer()
        asked: list[tuple[Span, ...]] = []
        refused: dict[Span, Refused] = {}
        queue = deque(self._groups)
        while queue:
            group = queue.popleft()
            first, end = group[0], max(span.end for span in group)
            try:
                found = await self._link.read(first.table, first.start, end - first.start)
            except Refused as error:
                if error.code not in REFUSALS:
                    raise
                if len(group) == 1:
                    refused[first] = error
                else:
                    half = len(group) // 2
                    queue.extendleft((group[half:], group[:half]))
                continue
            answer.add(first.table, first.start, found)
            asked.append(group)
        if not asked:
            raise next(iter(refused.values()), BadAnswer("no registers to ask for"))
        if refused:
            self._refused = (*self._refused, *refused)
            self._ask_again = time.monotonic() + ASK_AGAIN_S
        self._groups = asked
        return answer
