"""Following a drop folder: what arrives there complete is built into the store.

Events of the file system only say that it is worth looking; what is there decides. So nothing is
missed when events are lost, when the folder vanishes and comes back, or where there are none: a
folder of another machine is looked at every few seconds instead.

A file is complete when its size and its time have stayed the same for a while. Writers that give
it another name until then, ``x.csv.part``, need no guessing: such names are no sources.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from watchdog.events import (
    EVENT_TYPE_CLOSED,
    EVENT_TYPE_CREATED,
    EVENT_TYPE_DELETED,
    EVENT_TYPE_MODIFIED,
    EVENT_TYPE_MOVED,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from core.config import Settings
from core.errors import SourceError, StoreError
from ingest.build import Summary, build, failure_words
from ingest.sources import find_sources

_log = logging.getLogger(__name__)

DECLARATION = "source.toml"  # its change concerns the files beside and below it
STEP_S = 0.5  # how soon a stop is noticed
# Reading is an event too; being told of what a build reads would start the next one.
_CHANGES = frozenset(
    {
        EVENT_TYPE_CLOSED,
        EVENT_TYPE_CREATED,
        EVENT_TYPE_DELETED,
        EVENT_TYPE_MODIFIED,
        EVENT_TYPE_MOVED,
    }
)
_Stamp = tuple[int, int, int]  # size, time of the last change [ns], number of the file


@dataclass(frozen=True)
class Patience:
    """How long to wait for what [s].

    Attributes
    ----------
    settle : without a change, until a file counts as complete.
    look : between two looks at the folder where events tell of changes.
    poll : between two looks where they do not.
    retry, retry_max : after a failure of the store or the disk, doubled up to the second.
    """

    settle: float = 2.0
    look: float = 60.0
    poll: float = 5.0
    retry: float = 5.0
    retry_max: float = 300.0


@dataclass
class _Seen:
    """The files of the folder as they were when last looked at."""

    stamps: dict[Path, tuple[_Stamp, float]] = field(default_factory=dict)  # and since when
    built: dict[Path, _Stamp] = field(default_factory=dict)
    told: dict[Path, _Stamp | None] = field(default_factory=dict)  # failures that were logged

    def look(self, folder: Path, now: float) -> None:
        """Note what has changed since the last look.

        Raises
        ------
        OSError, SourceError : the folder is not there.
        """
        found: dict[Path, tuple[_Stamp, float]] = {}
        with os.scandir(folder):
            pass  # it is there and may be read
        paths = [source.path for source in find_sources([folder])]
        for path in dict.fromkeys([*paths, *folder.rglob(DECLARATION)]):
            try:
                state = path.stat()
            except OSError:
                continue  # gone since it was listed
            stamp = (state.st_size, state.st_mtime_ns, state.st_ino)
            before = self.stamps.get(path)
            found[path] = before if before is not None and before[0] == stamp else (stamp, now)
        self.stamps = found

    def complete(self, now: float, settle_s: float) -> set[Path]:
        """Files that have stayed the same long enough."""
        return {path for path, (_, since) in self.stamps.items() if now - since >= settle_s}

    def news(self, complete: set[Path]) -> bool:
        """Whether there is something complete that has not been built as it is."""
        return any(self.built.get(path) != self.stamps[path][0] for path in complete)

    def next_complete(self, now: float, settle_s: float) -> float | None:
        """Time until the next file may be complete [s]; None where none is awaited."""
        waits = [settle_s - (now - since) for _, since in self.stamps.values()]
        return min((wait for wait in waits if wait > 0), default=None)


class _Bell(FileSystemEventHandler):
    """Rings when something has changed."""

    def __init__(self) -> None:
        self.rung = threading.Event()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Any change below the folder."""
        if event.event_type in _CHANGES:
            self.rung.set()


class _Listener:
    """Events of a folder, taken up again when it is another one or has come back."""

    def __init__(self, folder: Path, bell: _Bell) -> None:
        self._folder = folder
        self._bell = bell
        self._observer: BaseObserver | None = None
        self._listened: tuple[int, int] | None = None

    def _here(self) -> tuple[int, int] | None:
        """What the folder's name leads to now."""
        try:
            state = self._folder.stat()
        except OSError:
            return None
        return state.st_dev, state.st_ino

    def hears(self) -> bool:
        """Whether events of the folder come; a folder that is moved away does not tell."""
        alive = self._observer is not None and all(
            emitter.is_alive() for emitter in self._observer.emitters
        )
        return alive and self._here() == self._listened

    def listen(self) -> bool:
        """Whether events come; False where the system grants none."""
        if self.hears():
            return True
        self.end()
        here = self._here()
        if here is None:
            return False
        observer = Observer()
        try:
            observer.schedule(self._bell, str(self._folder), recursive=True)
            observer.start()
        except OSError as error:
            _log.warning("no events of %s, it is looked at instead: %s", self._folder, error)
            return False
        self._observer, self._listened = observer, here
        self._bell.rung.set()  # what came before is to be seen
        return True

    def end(self) -> None:
        """Stop listening."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
            self._observer = None


def watch(
    folder: Path,
    settings: Settings,
    *,
    stop: threading.Event,
    polling: bool = False,
    patience: Patience | None = None,
    on_built: Callable[[Summary], None] = lambda _: None,
) -> None:
    """Build what arrives in a folder until `stop` is set; the build under way is finished.

    Parameters
    ----------
    folder : whose tables become part of the store; it may come and go.
    settings : as for a build; its `sources` are not looked at.
    polling : look at the folder every few seconds instead of waiting for events, as is needed
        for folders of another machine.
    on_built : told of every build that was done.

    Raises
    ------
    ConfigError : the settings do not hold together, or the folder is part of a store.
    """
    patience = patience or Patience()
    folder = Path(os.path.abspath(folder))
    settings = settings.model_copy(update={"sources": (folder,)})
    bell, seen = _Bell(), _Seen()
    listener = _Listener(folder, bell)
    failures = 0
    there = True
    try:
        while not stop.is_set():
            told = not polling and listener.listen()
            bell.rung.clear()
            wait = patience.look if told else patience.poll
            try:
                seen.look(folder, time.monotonic())
                if not there:
                    _log.info("%s is back", folder)
                there = True
                # Of before the build: what changes while it runs is looked at again after it.
                now = time.monotonic()
                complete = seen.complete(now, patience.settle)
                if seen.news(complete):
                    held_up = _build(settings, seen, complete, on_built)
                    failures = failures + 1 if held_up else 0
            except (SourceError, OSError) as error:
                if folder.is_dir():
                    failures += 1
                    _log.warning("%s: %s; tried again", folder, error)
                elif there:
                    there = False
                    _log.warning("%s is not there; waiting for it", folder)
                wait = min(wait, patience.poll)
            except StoreError as error:
                failures += 1
                _log.warning("%s; tried again", error)
            awaited = seen.next_complete(time.monotonic(), patience.settle)
            if awaited is not None:
                wait = min(wait, awaited)
            if failures:
                # A disk that is full or a store that is held does not get better by asking more.
                pause = min(patience.retry * 2 ** (failures - 1), patience.retry_max)
                stop.wait(min(pause, patience.retry))
                _wait(bell, stop, pause - patience.retry, lambda: True)
            else:
                _wait(bell, stop, wait, listener.hears if told else lambda: True)
            # One look for many changes; a file is not complete so soon anyway.
            stop.wait(min(patience.settle / 4, STEP_S))
    finally:
        listener.end()


def _build(
    settings: Settings, seen: _Seen, complete: set[Path], on_built: Callable[[Summary], None]
) -> bool:
    """Build the files that are complete; whether another writer held some of them up.

    Raises
    ------
    ConfigError, StoreError, OSError : nothing, or not everything, has been built.
    """
    stamps = {path: seen.stamps[path][0] for path in complete}
    summary = build(settings, ready=complete.__contains__)
    waiting = set(summary.locked)
    for path, stamp in stamps.items():
        if str(path) not in waiting:
            seen.built[path] = stamp
    seen.built = {path: stamp for path, stamp in seen.built.items() if path in seen.stamps}
    for name, why in summary.failed:
        path = Path(name)
        if seen.told.get(path) != stamps.get(path) or path not in seen.told:
            seen.told[path] = stamps.get(path)
            _log.warning("%s", failure_words(name, why))
    on_built(summary)
    return bool(waiting)


def _wait(bell: _Bell, stop: threading.Event, wait: float, hears: Callable[[], bool]) -> None:
    """Until something has changed, the time is up, the events or all have come to an end."""
    until = time.monotonic() + wait
    while not stop.is_set() and (left := until - time.monotonic()) > 0:
        if bell.rung.wait(min(left, STEP_S)) or not hears():
            return
