"""Section of the report on a battery: what people noted, and their marks on its figures."""

from __future__ import annotations

from core.annotations import Annotation
from core.pack_findings import Findings, Voice, cell_name
from core.report import Block, Column, Event, Note, Paragraph, Table


def notes_blocks(found: Findings, voice: Voice) -> tuple[Block, ...]:
    """A table of the notes of the period."""
    if found.unread:
        return (Note(voice.say("notes.unread", why=found.unread), state="warning"),)
    if not found.notes:
        return (Paragraph(voice.say("notes.none")),)
    columns = (
        Column(voice.say("column.from"), "moment"), Column(voice.say("column.until"), "moment"),
        Column(voice.say("column.about")), Column(voice.say("column.kind")),
        Column(voice.say("column.text")), Column(voice.say("column.author")),
    )  # fmt: skip
    rows = [
        (one.at, one.until, _about(one, voice), voice.say(f"kind.{one.kind}"), one.text, one.author)
        for one in found.notes
    ]
    return (Table(voice.say("notes.table"), columns, rows),)


def _about(one: Annotation, voice: Voice) -> str:
    if one.pack is not None and one.cell is not None:
        return voice.say("about.cell", cell=cell_name(one.pack, one.cell))
    if one.cell is not None:
        return voice.say("about.cell", cell=str(one.cell))
    if one.pack is not None:
        return voice.say("about.pack", pack=str(one.pack))
    return voice.say("about.all")


def events_of(found: Findings, voice: Voice) -> tuple[Event, ...]:
    """Notes of the period as marks on a time axis."""
    return tuple(
        Event(float(one.at), f"{voice.say(f'kind.{one.kind}')}, {_about(one, voice)}: "
              + _short(one.text))
        for one in found.notes
        if found.start <= one.at < found.end
    )  # fmt: skip


def _short(text: str, longest: int = 90) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
