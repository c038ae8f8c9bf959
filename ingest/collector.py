"""The collector: asks devices, each at its own pace, and keeps what they say in the journal.

A reading counts as taken when the journal has it on disk. Until then the device is not asked
again and the broker gets no acknowledgement: a full disk or a locked journal makes the collector
wait, it never makes it forget.
"""

from __future__ import annotations

import asyncio
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from logging import Logger
from pathlib import Path
from typing import Any, Protocol, cast

from core.config import Settings
from core.errors import BadAnswer, DeviceError, NoAnswer, StoreError, ZigguratError
from core.failures import because, kept
from core.journal import COLLECTOR_START, COLLECTOR_STOP, DEVICE_STOP, Journal, collector_lock
from core.journal_records import Poll, SitePlace
from core.readings import Batch, Quality, Reading
from core.signals import Signal
from ingest.collector_config import CollectorConfig, CollectorOptions, load_collector
from ingest.devices import Describe, DeviceSpec, transport_class
from ingest.metrics import Metrics

FIRST_WAIT_S = 1.0
GRACE_S = 10.0
BAD_ANSWERS = 3  # in a row, before a device is asked less often
LONGEST_BAD_S = 60.0
FUTURE_US = 60_000_000  # a device's clock may run ahead by so much
BACKLOG_EVERY_S = 5.0
NOTES_WAIT_S = 0.5  # the count of a poll waits so long for readings to be written with


def now_us() -> int:
    """The present moment [µs UTC]."""
    return time.time_ns() // 1000


def waiting_time(attempt: int, options: CollectorOptions) -> float:
    """Time before the next attempt to reach a device [s]: doubled each time, with jitter.

    Parameters
    ----------
    attempt : failures in a row, 1 after the first.
    """
    wait = min(FIRST_WAIT_S * 2.0 ** min(attempt - 1, 30), options.backoff_max_s)
    return wait * (1 - options.jitter * random.random())


def bad_answer_pause(attempt: int, period_s: float, options: CollectorOptions) -> float:
    """Time until a device that answers, but with nothing of use, is asked again [s].

    The period for the first few, for one bad answer says little; then doubled each time, up to a
    minute: a device that is there is not left alone for long.

    Parameters
    ----------
    attempt : failures in a row, 1 after the first.
    """
    longest = max(period_s, min(LONGEST_BAD_S, options.backoff_max_s))
    return min(period_s * 2.0 ** min(max(attempt - BAD_ANSWERS, 0), 30), longest)


def judge_age(reading: Reading, now: int, limit: float | None) -> Reading:
    """The reading, marked where its own time says that it is old or from the future.

    Parameters
    ----------
    limit : age above which it is stale [s]; None for no limit, as with a broker, whose messages
        may have waited for us.
    """
    if reading.quality is not Quality.GOOD:
        return reading
    if limit is not None and now - reading.ts > limit * 1e6:
        return reading._replace(quality=Quality.STALE)
    if reading.ts > now + FUTURE_US:
        return reading._replace(quality=Quality.CLOCK_AHEAD)
    return reading


class Writer:
    """Hands batches to the journal in one thread; those that wait are committed together."""

    def __init__(self, journal: Journal, log: Logger, options: CollectorOptions) -> None:
        self._journal, self._log, self._options = journal, log, options
        self._waiting: list[tuple[Sequence[Batch], asyncio.Future[None]]] = []
        self._polls: list[Poll] = []
        self._some = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")

    async def put(self, batches: Sequence[Batch]) -> None:
        """Return when the batches are on disk."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((batches, done))
        self._some.set()
        await done

    def note(self, poll: Poll) -> None:
        """Count a poll with the next batches, or soon without."""
        if not self._polls:
            asyncio.get_running_loop().call_later(NOTES_WAIT_S, self._some.set)
        self._polls.append(poll)

    async def flush(self) -> None:
        """Count the polls that wait."""
        polls, self._polls = self._polls, []
        if not polls:
            return
        try:
            await self.do(self._journal.note_polls, polls)
        except StoreError as error:
            self._log.warning("polls not counted", extra={"error": str(error)})

    async def do(self, work: Callable[..., Any], *args: Any) -> Any:
        """Something else that the journal does, in its thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *args)

    async def run(self) -> None:
        """Commit until cancelled; what cannot be written is tried again, in order."""
        while True:
            await self._some.wait()
            self._some.clear()
            if not self._waiting:
                await self.flush()
                continue
            taken, self._waiting = self._waiting, []
            await self._commit([batch for batches, _ in taken for batch in batches])
            for _, done in taken:
                if not done.done():  # a device that was stopped does not wait any more
                    done.set_result(None)

    async def _commit(self, batches: list[Batch]) -> None:
        attempt = 0
        polls, self._polls = self._polls, []
        append = partial(self._journal.append, batches, polls=polls)
        while True:
            try:
                await self.do(append)
            except StoreError as error:
                attempt += 1
                if attempt == 1:
                    self._log.error("journal cannot be written", extra={"error": str(error)})
                await asyncio.sleep(waiting_time(attempt, self._options))
                continue
            if attempt:
                self._log.info("journal is written again", extra={"attempts": attempt})
            return

    def close(self) -> None:
        """Wait for the thread."""
        self._thread.shutdown()


@dataclass
class _State:
    """What is known of a device while it is collected."""

    up: bool | None = None
    failures: int = 0
    clock_ahead: bool = False


class Beside(Protocol):
    """What is done with batches before the journal has them."""

    signals: Sequence[Signal]  # that it may add

    def __call__(self, batches: Sequence[Batch]) -> Sequence[Batch]:
        """The batches to keep; what it raises keeps them from being acknowledged."""
        ...


async def _outcome(work: Coroutine[Any, Any, None]) -> BaseException | None:
    """The error that work ended with; a fault of one device must not end the others."""
    task = asyncio.create_task(work)
    try:
        await asyncio.wait([task])
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.wait([task])
        raise
    return None if task.cancelled() else task.exception()


class Runner:
    """One device: opened, asked or listened to, and opened again when it fails."""

    def __init__(self, device: DeviceSpec, collector: Collector) -> None:
        self.device = device
        self._collector = collector
        self._meanings = {one.name: one for one in collector.meanings(device)}
        self._state = _State()
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """Of the device."""
        return self.device.name

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(), name=self.device.name)

    async def stop(self, grace_s: float = GRACE_S) -> None:
        """End after the turn that is under way; a device that hangs is given up."""
        self._stop.set()
        assert self._task is not None
        if self._listens():
            self._task.cancel()
        await asyncio.wait([self._task], timeout=grace_s)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def _listens(self) -> bool:
        return hasattr(transport_class(self.device.transport), "listen")

    async def _pause(self, seconds: float) -> None:
        """Wait, or return at once when told to stop."""
        try:
            async with asyncio.timeout(max(seconds, 0.0)):
                await self._stop.wait()
        except TimeoutError:
            return

    async def _run(self) -> None:
        # Devices that start together would be asked together for ever.
        if not self._listens():
            share = self._collector.options.jitter * random.random()
            await self._pause(share * min(self.device.period_s, 5.0))
        while not self._stop.is_set():
            error = await _outcome(self._session())
            if isinstance(error, DeviceError):
                await self._failed(error)
            elif isinstance(error, TimeoutError):
                limit = float(self.device.timeout_s)
                await self._failed(because(NoAnswer, "", "within", seconds=limit))
            elif error is not None:
                self._collector.log.error("fault", exc_info=error, extra={"device": self.name})
                await self._failed(BadAnswer(f"{type(error).__name__}: {error}"))
            if not self._stop.is_set():
                await self._pause(waiting_time(self._state.failures, self._collector.options))

    async def _session(self) -> None:
        """From opening to the first failure, or until stopped."""
        transport = transport_class(self.device.transport)(self.device)
        if hasattr(transport, "resume"):
            since = await self._collector.last_good(self.name)
            if since is not None:
                transport.resume(since)
        try:
            async with asyncio.timeout(self.device.timeout_s):
                await transport.open()
            if self._listens():
                await self._reached(0.0)
                await transport.listen(self._deliver)
            else:
                await self._ask_on(transport)
        finally:
            await transport.close()

    async def _ask_on(self, transport: Any) -> None:
        loop = asyncio.get_running_loop()
        due, period = loop.time(), self.device.period_s
        while not self._stop.is_set():
            began = loop.time()
            try:
                async with asyncio.timeout(self.device.timeout_s):
                    readings = await transport.poll()
            except BadAnswer as error:
                await self._failed(error)
                wait = bad_answer_pause(self._state.failures, period, self._collector.options)
                due += max(wait - period, 0.0)
            else:
                await self._deliver([Batch(self.device.name, readings)])
                await self._reached(loop.time() - began)
            due += period
            if due < loop.time():  # turns that were missed are not made up for
                due += period * ((loop.time() - due) // period + 1)
            await self._pause(due - loop.time())

    async def _deliver(self, batches: Sequence[Batch]) -> None:
        now = now_us()
        limit = None if self._listens() else self.device.stale_after_s
        judged = [
            Batch(one.device, self._judged([judge_age(each, now, limit) for each in one.readings]))
            for one in batches
        ]
        self._watch_clock(judged, now)
        await self._collector.keep(judged, self.device)

    def _judged(self, readings: Sequence[Reading]) -> list[Reading]:
        """The readings and those derived from them, each within its plausible range or marked."""
        plausible = self.device.plausible(readings, self._meanings)
        return self.device.plausible(self.device.complete(plausible), self._meanings)

    def _watch_clock(self, batches: Sequence[Batch], now: int) -> None:
        """Tell once when a device's clock runs ahead, and again after it was right."""
        told = [one for batch in batches for one in batch.readings]
        ahead = [one.ts - now for one in told if one.quality is Quality.CLOCK_AHEAD]
        if ahead and not self._state.clock_ahead:
            told_by = {"device": self.name, "seconds": round(max(ahead) / 1e6)}
            self._collector.log.warning("clock ahead", extra=told_by)
        if told:
            self._state.clock_ahead = bool(ahead)

    async def _reached(self, latency_s: float) -> None:
        collector, name = self._collector, self.device.name
        self._state.failures = 0
        collector.metrics.up.labels(name).set(1)
        collector.metrics.latency.labels(name).set(latency_s)
        collector.note_poll(name, latency_s, None)
        if self._state.up is not True:
            was_down = self._state.up is False
            self._state.up = True
            collector.log.info("reached", extra={"device": name})
            if was_down:
                await collector.note_event(name, "outage_end", "")

    async def _failed(self, error: DeviceError) -> None:
        collector, name = self._collector, self.device.name
        self._state.failures += 1
        kind = type(error).__name__
        collector.metrics.errors.labels(name, kind).inc()
        collector.metrics.up.labels(name).set(0)
        collector.note_poll(name, None, kept(error))
        if self._state.up is not False:
            self._state.up = False
            collector.log.warning("failed", extra={"device": name, "kind": kind, "why": str(error)})
            await collector.note_event(name, "outage_start", kept(error))


class Collector:
    """All devices of a configuration."""

    def __init__(
        self,
        config: CollectorConfig,
        journal: Journal,
        log: Logger,
        metrics: Metrics,
        catalogue: Describe,
        beside: Beside | None = None,
        beside_others: bool = False,
    ) -> None:
        self._beside_others = beside_others
        self.config, self.options = config, config.options
        self.log, self.metrics = log, metrics
        self._journal, self._catalogue, self._beside = journal, catalogue, beside
        self._writer = Writer(journal, log, config.options)
        self._runners: dict[str, Runner] = {}
        self._known: set[tuple[str, str]] = set()
        self._fed: set[tuple[str, str]] = set()
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """End soon, with everything taken on disk."""
        self._stop.set()

    async def run(self, settle: Callable[[], Any] | None = None) -> None:
        """Collect until `stop`.

        Parameters
        ----------
        settle : awaitable function that moves readings from journal to pyramid, called every
            `settle_s`.
        """
        async with asyncio.TaskGroup() as group:
            writing = group.create_task(self._writer.run())
            service = [group.create_task(self._watch_backlog())]
            if settle is not None:
                service.append(group.create_task(self._settle_on(settle)))
            await self._told(self._journal.describe_sites, _places(self.config))
            await self.note_event("", COLLECTOR_START, "")
            if not self._beside_others:
                await self._told(self._journal.forget_collected, self._names())
            for device in self.config.devices:
                await self._start(device)
            await self._stop.wait()
            await asyncio.gather(*(runner.stop() for runner in self._runners.values()))
            for task in service:
                task.cancel()
            # A sign of life after the end would say that the collector is at work.
            await asyncio.wait(service)
            await self._writer.flush()
            await self.note_event("", COLLECTOR_STOP, "")
            writing.cancel()
        self._writer.close()

    def _names(self) -> set[str]:
        return {device.name for device in self.config.devices}

    async def _start(self, device: DeviceSpec) -> None:
        signals = self.meanings(device)
        await self._describe(device.name, device, signals)
        hub = names_devices(device)
        note = partial(self._journal.note_collected, device.name, now_us(), hub=hub)
        await self._told(note)
        self._runners[device.name] = runner = Runner(device, self)
        runner.start()
        self.log.info("started", extra={"device": device.name, "transport": device.transport})

    async def _describe(self, name: str, device: DeviceSpec, signals: Sequence[Signal]) -> None:
        self._known |= {(name, one.name) for one in signals}
        describe = partial(self._journal.describe, synthetic=device.synthetic)
        await self._writer.do(describe, name, device.group, device.site, signals)

    async def reload(self) -> None:
        """Read the configuration again; devices that did not change go on undisturbed.

        A configuration that is wrong changes nothing.
        """
        try:
            config = load_collector(self.config.path, self.config.default_zone)
        except ZigguratError as error:
            self.log.error("configuration not taken", extra={"error": str(error)})
            return
        if config.options != self.options:
            self.log.warning("[collector] is read at the next start only")
        await self._told(self._journal.describe_sites, _places(config))
        wanted = {device.name: device for device in config.devices}
        ending = [
            name for name, one in self._runners.items() if wanted.get(name) != one.device
        ]  # fmt: skip
        await asyncio.gather(*(self._runners.pop(name).stop() for name in ending))
        for name in ending:
            self.metrics.forget(name)
            await self.note_event(name, DEVICE_STOP, "")
        self.config = config
        await self._told(self._journal.forget_collected, self._names())
        self._fed &= {(name, by) for name, by in self._fed if by in wanted}
        for name, device in wanted.items():
            if name not in self._runners:
                await self._start(device)
        self.log.info("configuration taken", extra={"changed": sorted(ending)})

    # --- what runners use -----------------------------------------------------------------------
    def meanings(self, device: DeviceSpec) -> list[Signal]:
        """Signals of a device as the store knows them."""
        return device.meanings(self._catalogue)

    async def keep(self, batches: Sequence[Batch], device: DeviceSpec) -> None:
        """Return when batches are on disk; devices and signals that are new are described."""
        if self._beside is not None:
            batches = await asyncio.to_thread(self._beside, batches)
        for batch in batches:
            new = {one.signal for one in batch.readings if (batch.device, one.signal) not in
                   self._known}  # fmt: skip
            if new:
                added = self._beside.signals if self._beside is not None else ()
                told = {one.name: one for one in (*self.meanings(device), *added)}
                signals = [told.get(name) or self._catalogue(name) for name in sorted(new)]
                await self._describe(batch.device, device, signals)
            if batch.device != device.name and (batch.device, device.name) not in self._fed:
                self._fed.add((batch.device, device.name))
                note = partial(self._journal.note_collected, batch.device, now_us(), by=device.name)
                await self._told(note)
        # A device that is stopped meanwhile must not leave a reading half way.
        await asyncio.shield(self._writer.put(batches))
        for batch in batches:
            self._count(batch)

    def _count(self, batch: Batch) -> None:
        for quality, count in Counter(one.quality for one in batch.readings).items():
            self.metrics.readings.labels(batch.device, quality.name.lower()).inc(count)
        newest = max((one.ts for one in batch.readings if one.quality is Quality.GOOD), default=0)
        if newest:
            self.metrics.last_reading.labels(batch.device).set(newest / 1e6)

    async def last_good(self, device: str) -> int | None:
        """Time of the newest good reading that is kept [µs UTC]."""
        try:
            return cast("int | None", await self._writer.do(self._journal.last_good, device))
        except StoreError as error:
            self.log.warning("newest reading unknown", extra={"error": str(error)})
            return None

    def note_poll(self, device: str, latency_s: float | None, error: str | None) -> None:
        """Tell the journal how an attempt went."""
        self._writer.note(Poll(device, now_us(), latency_s, error))

    async def note_event(self, device: str, kind: str, text: str) -> None:
        """Tell the journal what happened to a device, or to the collector where it is empty."""
        await self._told(self._journal.note_event, device, now_us(), kind, text)

    async def _told(self, work: Callable[..., Any], *args: Any) -> None:
        try:
            await self._writer.do(work, *args)
        except StoreError as error:
            self.log.warning("not noted", extra={"error": str(error)})

    async def _watch_backlog(self) -> None:
        while True:
            await self._told(self._journal.note_alive, now_us())
            try:
                for one in await self._writer.do(self._journal.backlog):
                    self.metrics.backlog.labels(one.device).set(one.readings)
            except StoreError as error:
                self.log.warning("backlog unknown", extra={"error": str(error)})
            await asyncio.sleep(BACKLOG_EVERY_S)

    async def _settle_on(self, settle: Callable[[], Any]) -> None:
        while True:
            await asyncio.sleep(self.options.settle_s)
            await settle()


def names_devices(device: DeviceSpec) -> bool:
    """Whether the addresses of a device's messages name the devices that they are about."""
    return getattr(device.settings, "device_from", None) is not None


def _places(config: CollectorConfig) -> list[SitePlace]:
    return [
        SitePlace(site.name, site.zone, site.latitude, site.longitude, site.altitude_m)
        for site in config.sites
    ]


async def settle_apart(store: Path, journal: Path | None, log: Logger) -> None:
    """Move readings into the pyramid in a process of its own, whose memory goes with it."""
    command = [sys.executable, "-m", "ingest", "settle", "--store", str(store)]
    if journal is not None:
        command += ["--journal", str(journal)]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        said, wrong = await process.communicate()
    except asyncio.CancelledError:
        process.terminate()  # it can be ended anywhere
        await process.wait()
        raise
    if process.returncode:
        why = wrong.decode("utf-8", "replace").strip().rpartition("\n")[2]
        log.error("not settled", extra={"code": process.returncode, "error": why})
    else:
        log.info("settled", extra={"said": said.decode("utf-8", "replace").strip()})


async def collect(
    config: CollectorConfig, settings: Settings, journal: Journal, log: Logger,
    catalogue: Describe, beside: Beside | None = None, shared: bool = False,
) -> None:  # fmt: skip
    """Run a configuration until SIGTERM or SIGINT; SIGHUP reads it again.

    Parameters
    ----------
    shared : others that say so may fill the same journal.

    Raises
    ------
    StoreLocked : another collector fills the journal.
    """
    with collector_lock(journal.path, shared=shared), Metrics(config.options.metrics) as metrics:
        collector = Collector(config, journal, log, metrics, catalogue, beside, shared)
        loop = asyncio.get_running_loop()
        reloads: set[asyncio.Task[None]] = set()

        def reload() -> None:
            task = asyncio.create_task(collector.reload())
            reloads.add(task)
            task.add_done_callback(reloads.discard)

        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, collector.stop)
        loop.add_signal_handler(signal.SIGHUP, reload)
        store = config.options.store or settings.store
        await collector.run(lambda: settle_apart(store, config.options.journal, log))
