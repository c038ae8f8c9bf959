"""Half an hour of trouble: what was acknowledged is in the store once, and nothing else is.

``python -m benchmarks soak [--minutes 30] [--seed 1] [--keep FOLDER]``. The real collector polls
Modbus devices and listens to Mosquitto and RabbitMQ. At random, but by the seed, it is killed, as
are the devices, the brokers and the process that settles; devices are slow, hang or answer
nonsense, and so does the network before the brokers; once the disk is full. A supervisor starts the
collector again whenever it ended, as systemd would.

Counted at the end, from the store, against what publishers had confirmed, what devices wrote down
that they answered, and what a second process had seen committed in the journal:

- missing: confirmed by a broker, or seen in the journal, and not in the store;
- twice: one answer at two times, or more in the levels than there are readings;
- invented: a reading that nobody sent or served, or with another value.

Mosquitto is ended with SIGTERM, as it may lose what it confirmed when it is killed; RabbitMQ is
killed. The disk is an ext4 image where root may mount one, else the size of files is limited.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import soak_brokers, soak_devices
from benchmarks.measure import REPO, Figure
from core.errors import StoreError
from core.journal import FILE, open_journal
from core.ledger import open_ledger
from core.query import Store, open_store
from core.readings import Quality
from core.upkeep import verify_device
from ingest.simulate_feed import parse_broker
from tests.servers import Mosquitto, Rabbit, free_port, make_certificates

MINUTES = 30.0
GROUPS, IN_GROUP = 3, 4  # processes of devices, and devices in each
PERIOD_S, TIMEOUT_S = 1.0, 1.0
RATE = 10.0  # messages a second, of each broker
METERS = 4
DISK_MB = 256
FULL_S = 25.0
SETTLE_S = 10.0
LATEST_US = 3_000_000  # from a question to the time that its reading bears, on a busy machine
DRAIN_S = 180.0
EVER = (-(2**60), 2**60)


@contextmanager
def _disk(folder: Path) -> Iterator[Path | None]:
    """A small file system of its own; None where it cannot be had.

    With the blocks of a large one: on smaller blocks than pages of memory, what SQLite shares
    between processes is not all on disk, and who touches it while the disk is full gets SIGBUS.
    """
    image, place = folder / "disk.img", folder / "disk"
    place.mkdir()
    try:
        with image.open("wb") as made:
            made.truncate(DISK_MB << 20)
        for command in (
            ["mkfs.ext4", "-q", "-m", "0", "-b", "4096", str(image)],
            ["mount", "-o", "loop", str(image), str(place)],
        ):
            subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        yield None
        return
    try:
        yield place
    finally:
        for _ in range(20):
            if subprocess.run(["umount", str(place)], check=False).returncode == 0:
                break
            time.sleep(0.5)


class _Supervised:
    """The collector, started again whenever it ended."""

    def __init__(self, config: Path, output: Path) -> None:
        self._config, self._output = config, output
        self.process: subprocess.Popen[bytes] | None = None
        self.ended: Counter[str] = Counter()
        self.starts = 0
        self.memory_mb = 0.0
        self.cpu_s = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Until told to stop; ends it then, as an operator would."""
        while not stop.is_set():
            with self._output.open("ab") as log:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", "ingest", "collect", "--config", str(self._config)],
                    cwd=REPO, stdout=log, stderr=log,
                )  # fmt: skip
            self.starts += 1
            told = False
            while self.process.returncode is None:
                if stop.is_set() and not told:
                    self.process.terminate()
                    told = True
                await asyncio.sleep(0.2)
                self._look()
            self.ended[f"code {self.process.returncode}"] += 1
            await asyncio.sleep(0.5)

    def _look(self) -> None:
        """Notice the end, and what it took."""
        assert self.process is not None
        with suppress(OSError, IndexError):
            words = Path(f"/proc/{self.process.pid}/statm").read_text("utf-8").split()
            size = int(words[1]) * resource.getpagesize() / 2**20
            self.memory_mb = max(self.memory_mb, size)
        pid, status, usage = os.wait4(self.process.pid, os.WNOHANG)
        if pid:
            self.process.returncode = os.waitstatus_to_exitcode(status)
            self.cpu_s += usage.ru_utime + usage.ru_stime

    def send(self, which: signal.Signals) -> bool:
        """Send a signal; False where there is no process."""
        if self.process is None or self.process.returncode is not None:
            return False
        os.kill(self.process.pid, which)
        return True

    def children(self) -> list[int]:
        """Processes that it has started: what settles."""
        if self.process is None or self.process.returncode is not None:
            return []
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        try:
            return [int(word) for word in path.read_text("utf-8").split()]
        except OSError:
            return []


@dataclass
class _Group:
    """Devices in one process."""

    first_port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self, folder: Path, origin: int, seed: int) -> None:
        """Serve."""
        told = (self.first_port, IN_GROUP, origin, folder, seed)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.soak_devices", *map(str, told)],
            cwd=REPO, stdin=subprocess.PIPE,
        )  # fmt: skip

    def mood(self, word: str) -> None:
        """Change what the devices are like."""
        assert self.process is not None and self.process.stdin is not None
        self.process.stdin.write(f"{word}\n".encode())
        self.process.stdin.flush()

    def kill(self) -> None:
        """End it without a warning."""
        assert self.process is not None and self.process.stdin is not None
        self.process.kill()
        self.process.wait()
        with suppress(OSError):
            self.process.stdin.close()


class _Watch:
    """Readings seen committed in the journal."""

    def __init__(self, path: Path, away: Callable[[], bool]) -> None:
        self._path, self._low, self._away = path, 0, away
        self.rows: list[tuple[np.ndarray, ...]] = []
        self.names: dict[int, tuple[str, str]] = {}

    def look(self) -> None:
        """Note what is new."""
        if not self._path.exists():
            return
        with suppress(StoreError), open_journal(self._path, read_only=True) as journal:
            while len((found := journal.unsettled(self._low, 100_000)).seq):
                self.names = journal.signal_names()
                self.rows.append((found.signal, found.ts, found.value, found.quality))
                self._low = int(found.seq[-1])

    async def run(self) -> None:
        """Look every few seconds until cancelled."""
        while True:
            if not self._away():  # what shares memory with the journal may die with its disk
                await asyncio.to_thread(self.look)
            await asyncio.sleep(2.0)


class Soak:
    """One run."""

    def __init__(self, folder: Path, disk: Path | None, minutes: float, seed: int) -> None:
        self.minutes, self._disk = minutes, disk
        self._folder, self._random = folder, random.Random(seed)
        self.done: Counter[str] = Counter()
        self._origin = time.time_ns() // 1000
        self._busy: set[str] = set()
        self._stop = asyncio.Event()
        for name in ("mosquitto", "rabbit", "certificates", "served"):
            (folder / name).mkdir()
        self._at = disk or folder
        self.store = self._at / "store"
        self._mosquitto = Mosquitto(folder / "mosquitto", free_port())
        self._rabbit = Rabbit(folder / "rabbit", make_certificates(folder / "certificates"))
        ports = {"mqtt": self._mosquitto.port, "amqp": self._rabbit.port}
        self.relays = {
            kind: soak_brokers.Relay(free_port(), port, seed) for kind, port in ports.items()
        }
        self.publishers = [
            soak_brokers.Publisher(
                parse_broker(f"{kind}://127.0.0.1:{port}/soak"), RATE, METERS, seed
            )
            for kind, port in ports.items()
        ]
        base = 20_000 + self._random.randrange(10_000)
        self._groups = [_Group(base + 10 * at) for at in range(GROUPS)]
        self.collector = _Supervised(self._configured(), folder / "output")
        self.watch = _Watch(self.store / FILE, lambda: "disk" in self._busy)
        self._seed = seed

    def devices(self) -> dict[str, int]:
        """Port of every Modbus device."""
        return {
            f"modbus-{one.first_port + at}": one.first_port + at
            for one in self._groups for at in range(IN_GROUP)
        }  # fmt: skip

    def _configured(self) -> Path:
        (self._folder / "soak.toml").write_text(soak_devices.TEMPLATE, "utf-8")
        text = (
            f'[collector]\nstore = "{self.store}"\nlog = "{self._at}/collector.log"\n'
            f'settle_s = {SETTLE_S}\nmetrics = "127.0.0.1:{free_port()}"\nbackoff_max_s = 2.0\n'
        )
        for name, port in self.devices().items():
            text += (
                f'[[device]]\nname = "{name}"\ntemplate = "soak.toml"\nhost = "127.0.0.1"\n'
                f"port = {port}\nperiod_s = {PERIOD_S}\ntimeout_s = {TIMEOUT_S}\n"
            )
        own = {
            "mqtt": 'topic = "soak/+/power"\nkeepalive_s = 5\nclient_id = "soak"\n',
            "amqp": 'queue = "soak"\nexchange = "soak.readings"\nheartbeat_s = 5\n',
        }
        for kind, relay in self.relays.items():
            text += (
                f'[[device]]\nname = "{kind}"\ntransport = "{kind}"\nhost = "127.0.0.1"\n'
                f'port = {relay.port}\ntimeout_s = 3.0\ntime = "time"\n{own[kind]}'
                f"device_from = {2 if kind == 'mqtt' else 1}\n"
            )
            for name in soak_brokers.SIGNALS:
                text += f'[[device.point]]\nsignal = "{name}"\npath = "{name}"\n'
        path = self._folder / "collector.toml"
        path.write_text(text, "utf-8")
        return path

    # --- the run --------------------------------------------------------------------------------
    async def run(self) -> None:
        """All of it, until everything that can be stored is."""
        await asyncio.to_thread(self._mosquitto.start)
        await asyncio.to_thread(self._rabbit.start)
        for one in self._groups:
            one.start(self._folder / "served", self._origin, self._seed)
        background = [asyncio.create_task(relay.serve()) for relay in self.relays.values()]
        background.append(asyncio.create_task(self.watch.run()))
        quiet, ended = asyncio.Event(), asyncio.Event()
        supervising = asyncio.create_task(self.collector.run(ended))
        publishing: list[asyncio.Task[None]] = []
        try:
            await self._listening()
            publishing += [asyncio.create_task(one.run(quiet)) for one in self.publishers]
            await self._trouble()
            quiet.set()
            await asyncio.wait_for(asyncio.gather(*publishing), DRAIN_S)
            await self._drained()
            ended.set()
            await supervising
            await asyncio.to_thread(self.watch.look)
        finally:
            ended.set()
            for task in (*background, *publishing):
                task.cancel()
            await asyncio.gather(*background, *publishing, supervising, return_exceptions=True)
            self._end_servers()

    async def _listening(self) -> None:
        """Wait until brokers know for whom they keep messages."""
        end = time.monotonic() + 60.0
        while time.monotonic() < end:
            await asyncio.sleep(0.5)
            if (self.store / FILE).exists():
                with open_journal(self.store / FILE, read_only=True) as journal:
                    polls = {one.device: one.polls for one in journal.states()}
                if all(polls.get(kind) for kind in self.relays):
                    return
        raise TimeoutError("the collector did not reach the brokers")

    def _end_servers(self) -> None:
        for one in self._groups:
            one.kill()
        self._mosquitto.stop()
        self._rabbit.close()

    async def _trouble(self) -> None:
        """One thing after the other, some at a time; ends with all of them well again."""
        kinds: dict[Callable[[], Awaitable[None]], int] = {
            self._kill_collector: 4, self._end_collector: 1, self._reload: 1,
            self._kill_settling: 3, self._kill_devices: 3, self._upset_devices: 5,
            self._hang_devices: 2, self._end_broker: 2, self._upset_network: 4,
        }  # fmt: skip
        began = time.monotonic()
        full: asyncio.Task[None] | None = None
        under_way: set[asyncio.Task[None]] = set()
        # A first while of peace shows that it works at all.
        await asyncio.sleep(10.0)
        while (passed := time.monotonic() - began) < 60 * self.minutes:
            if full is None and passed > 0.4 * 60 * self.minutes:
                full = asyncio.create_task(self._fill_disk())
                under_way.add(full)
            kind = self._random.choices(list(kinds), list(kinds.values()))[0]
            task = asyncio.create_task(_awaited(kind()))
            under_way.add(task)
            await asyncio.sleep(self._random.uniform(2.0, 8.0))
        for outcome in await asyncio.gather(*under_way, return_exceptions=True):
            if isinstance(outcome, BaseException):
                self.done["trouble that failed"] += 1
                print(f"{type(outcome).__name__}: {outcome}", file=sys.stderr)

    @contextmanager
    def _alone(self, what: str) -> Iterator[bool]:
        """Whether nothing else is being done to a thing; then this is counted."""
        thing = what.partition(":")[0]
        if thing in self._busy:
            yield False
            return
        self._busy.add(thing)
        self.done[what] += 1
        print(f"{time.time() - self._origin / 1e6:7.1f} s {what}", file=sys.stderr, flush=True)
        try:
            yield True
        finally:
            self._busy.discard(thing)

    async def _kill_collector(self) -> None:
        if self.collector.send(signal.SIGKILL):
            self.done["collector: killed"] += 1

    async def _end_collector(self) -> None:
        if self.collector.send(signal.SIGTERM):
            self.done["collector: ended"] += 1

    async def _reload(self) -> None:
        """Its configuration is read again; the signal ends it before it listens to it."""
        if self.collector.send(signal.SIGHUP):
            self.done["collector: reload"] += 1

    async def _kill_settling(self) -> None:
        end = time.monotonic() + SETTLE_S
        while time.monotonic() < end:
            if children := self.collector.children():
                await asyncio.sleep(self._random.uniform(0.0, 2.5))
                for pid in set(children) & set(self.collector.children()):
                    os.kill(pid, signal.SIGKILL)
                    self.done["settling: killed"] += 1
                return
            await asyncio.sleep(0.1)

    def _group(self) -> tuple[str, _Group]:
        number = self._random.randrange(GROUPS)
        return f"devices {number}", self._groups[number]

    async def _kill_devices(self) -> None:
        name, group = self._group()
        with self._alone(f"{name}: killed") as alone:
            if alone:
                group.kill()
                await asyncio.sleep(self._random.uniform(0.5, 8.0))
                group.start(self._folder / "served", self._origin, self._random.randrange(10**6))

    async def _upset_devices(self) -> None:
        name, group = self._group()
        mood = self._random.choice(soak_devices.MOODS[1:])
        with self._alone(f"{name}: {mood}") as alone:
            if alone:
                group.mood(mood)
                await asyncio.sleep(self._random.uniform(3.0, 12.0))
                group.mood("well")

    async def _hang_devices(self) -> None:
        name, group = self._group()
        with self._alone(f"{name}: hang") as alone:
            if alone:
                assert group.process is not None
                group.process.send_signal(signal.SIGSTOP)
                await asyncio.sleep(self._random.uniform(1.0, 8.0))
                group.process.send_signal(signal.SIGCONT)

    async def _end_broker(self) -> None:
        brokers: list[tuple[str, Mosquitto | Rabbit, signal.Signals]] = [
            ("mosquitto: ended", self._mosquitto, signal.SIGTERM),
            ("rabbitmq: killed", self._rabbit, signal.SIGKILL),
        ]
        what, broker, how = self._random.choice(brokers)
        with self._alone(what) as alone:
            if alone:
                await asyncio.to_thread(broker.stop, how)
                await asyncio.sleep(self._random.uniform(0.0, 6.0))
                try:
                    await asyncio.to_thread(broker.start)
                except TimeoutError:  # the machine has other things to do
                    await asyncio.to_thread(broker.stop, signal.SIGKILL)
                    await asyncio.to_thread(broker.start)

    async def _upset_network(self) -> None:
        kind = self._random.choice(sorted(self.relays))
        mood = self._random.choice(soak_brokers.MOODS[1:])
        with self._alone(f"network of {kind}: {mood}") as alone:
            if alone:
                self.relays[kind].turn(mood)
                await asyncio.sleep(self._random.uniform(2.0, 12.0))
                self.relays[kind].turn("open")

    async def _fill_disk(self) -> None:
        """Nothing more can be written for a while."""
        with self._alone("disk: full"):
            if self._disk is None:
                await self._limit_files()
                return
            filler = self._disk / "filler"
            with filler.open("wb", buffering=0) as file:
                end = time.monotonic() + FULL_S
                while time.monotonic() < end:
                    for size in (1 << 20, 1 << 12):
                        with suppress(OSError):
                            while file.write(bytes(size)) == size:
                                continue
                    await asyncio.sleep(0.2)  # what others freed is taken too
            filler.unlink()

    async def _limit_files(self) -> None:
        end = time.monotonic() + FULL_S
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        while time.monotonic() < end:
            process = self.collector.process
            if process is not None and process.returncode is None:
                with suppress(ProcessLookupError):
                    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (4096, most))
            await asyncio.sleep(0.2)
        process = self.collector.process
        if process is not None and process.returncode is None:
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (most, most))

    async def _drained(self) -> None:
        """Wait until the journal shows all that brokers confirmed, or nothing more comes."""
        end = time.monotonic() + DRAIN_S
        while time.monotonic() < end:
            await asyncio.sleep(2.0)
            seen = self._seen()
            if all(
                (name, signal) in seen and set(sent) <= seen[name, signal].keys()
                for one in self.publishers for name, sent in one.confirmed.items()
                for signal in soak_brokers.SIGNALS
            ):  # fmt: skip
                return

    def _seen(self) -> dict[tuple[str, str], dict[int, float]]:
        """Good readings seen in the journal."""
        found: dict[tuple[str, str], dict[int, float]] = {}
        for numbers, ts, value, quality in list(self.watch.rows):
            good = quality == Quality.GOOD
            for number in np.unique(numbers[good]).tolist():
                mine = good & (numbers == number)
                known = found.setdefault(self.watch.names[number], {})
                known.update(zip(ts[mine].tolist(), value[mine].tolist(), strict=True))
        return found

    # --- the account ----------------------------------------------------------------------------
    def account(self) -> Counter[str]:
        """Counts of what was sent, confirmed, stored, missing, twice and invented."""
        counts: Counter[str] = Counter()
        seen = self._seen()
        bad = sum(int((rows[3] != Quality.GOOD).sum()) for rows in self.watch.rows)
        counts["seen in the journal"] = sum(len(rows[0]) for rows in self.watch.rows)
        with closing(open_store(self.store)) as store:
            stored = {
                (device.name, one.name): store.raw(device.name, one.name, *EVER)
                for device in store.devices() for one in store.signals(device.name)
            }  # fmt: skip
            self._hold_levels(store, stored, counts)
            counts["quarantined"] = sum(int(row["rows"]) for row in store.quarantine_counts())
        counts["bad readings seen in the journal"] = bad
        for key, known in seen.items():
            ts, value = stored.get(key, (np.empty(0, np.int64), np.empty(0)))
            held = dict(zip(ts.tolist(), value.tolist(), strict=True))
            counts["missing, of those seen"] += sum(
                held.get(at) != one for at, one in known.items()
            )
        self._hold_brokers(stored, counts)
        self._hold_devices(stored, counts)
        return counts

    def _hold_levels(
        self, store: Store, stored: dict[tuple[str, str], tuple[np.ndarray, np.ndarray]],
        counts: Counter[str],
    ) -> None:  # fmt: skip
        """Every level counts as many as there are readings; the files are whole."""
        for (device, name), (ts, _) in stored.items():
            counts["twice"] += len(ts) - len(np.unique(ts))
            if len(ts):
                level = store.signal(device, name).levels[0]
                told = store.buckets(device, name, int(ts[0]), int(ts[-1]) + 1, level).count
                counts["twice"] += max(0, int(told.sum()) - len(ts))
                counts["missing, in levels"] += max(0, len(ts) - int(told.sum()))
        with closing(open_ledger(self.store)) as ledger:
            for row in ledger.devices():
                faults = list(verify_device(ledger, row["name"]))
                counts["faults of the store"] += len(faults)
                for one in faults:
                    print(one, file=sys.stderr)

    def _hold_brokers(
        self, stored: dict[tuple[str, str], tuple[np.ndarray, np.ndarray]], counts: Counter[str]
    ) -> None:
        for one in self.publishers:
            for device in one.devices:
                for place, name in enumerate(soak_brokers.SIGNALS):
                    ts, value = stored.get((device, name), (np.empty(0, np.int64), np.empty(0)))
                    sent, held = one.sent[device], set(ts.tolist())
                    counts["sent"] += len(sent)
                    counts["confirmed"] += len(one.confirmed[device])
                    counts["stored, of brokers"] += len(ts)
                    counts["missing, of confirmed"] += len(one.confirmed[device].keys() - held)
                    counts["invented"] += sum(
                        at not in sent or soak_brokers.values(device, sent[at])[place] != told
                        for at, told in zip(ts.tolist(), value.tolist(), strict=True)
                    )
        wanted = {*self.devices(), *(name for one in self.publishers for name in one.devices)}
        for (device, _), (ts, _) in stored.items():
            counts["invented"] += 0 if device in wanted else len(ts)

    def _hold_devices(
        self, stored: dict[tuple[str, str], tuple[np.ndarray, np.ndarray]], counts: Counter[str]
    ) -> None:
        for device, port in self.devices().items():
            answered = soak_devices.served(self._folder / "served", port)
            counts["answers of devices"] += len(answered)
            ts, tick = stored.get((device, "tick"), (np.empty(0, np.int64), np.empty(0)))
            told = tick.astype(np.int64)
            counts["twice"] += len(told) - len(np.unique(told))
            late = ts - (self._origin + 1000 * told)
            true = np.isin(told, answered) & (late >= 0) & (late <= LATEST_US)
            counts["invented"] += int((~true).sum())
            for place in np.flatnonzero(~true).tolist():
                print(f"invented: {device} {told[place]} at {ts[place]}", file=sys.stderr)
            for name, made in soak_devices.VALUES.items():
                at, value = stored.get((device, name), (np.empty(0, np.int64), np.empty(0)))
                counts["stored, of devices"] += len(at)
                if not np.array_equal(at, ts):
                    counts["polls in parts"] += 1
                    continue
                counts["invented"] += int((made(told) != value).sum())

    def said(self) -> Counter[str]:
        """Warnings and errors of the collector's log."""
        found: Counter[str] = Counter()
        for path in sorted(self._at.glob("collector.log*")):
            for line in path.read_text("utf-8", "replace").splitlines():
                with suppress(ValueError):
                    told = json.loads(line)
                    if told["level"] in ("warning", "error"):
                        why = str(told.get("error", told.get("kind", "")))
                        found[f"{told['event']}: {why[:90]}"] += 1
        return found


async def _awaited(work: Awaitable[None]) -> None:
    await work


def figures(
    *, minutes: float = MINUTES, seed: int = 1, keep: Path | None = None
) -> Iterator[Figure]:
    """The account of one run; `keep` is a folder that is left for a look."""
    folder = keep or Path(tempfile.mkdtemp(prefix="soak-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with _disk(folder) as disk:
            kind = f"ext4 image of {DISK_MB} MB" if disk else "limit of file size"
            soak = Soak(folder, disk, minutes, seed)
            asyncio.run(soak.run())
            settled = subprocess.run(
                [sys.executable, "-m", "ingest", "settle", "--store", str(soak.store)],
                cwd=REPO, check=False, capture_output=True, text=True,
            )  # fmt: skip
            print(settled.stdout, settled.stderr, file=sys.stderr)
            with open_journal(soak.store / FILE) as journal:
                faults = journal.check()
            yield from _told(soak, soak.account(), faults, kind)
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def _told(soak: Soak, counts: Counter[str], faults: list[str], kind: str) -> Iterator[Figure]:
    for name in (
        "sent", "confirmed", "stored, of brokers", "answers of devices", "stored, of devices",
        "seen in the journal", "bad readings seen in the journal", "quarantined",
    ):  # fmt: skip
        yield Figure(f"soak, {name}", counts[name], "")
    for name in (
        "missing, of confirmed", "missing, of those seen", "missing, in levels", "twice",
        "invented", "faults of the store",
    ):  # fmt: skip
        yield Figure(f"soak, {name}", counts[name], "", 0)
    bad = abs(counts["quarantined"] - counts["bad readings seen in the journal"])
    yield Figure("soak, bad readings not quarantined once", bad, "", 0)
    yield Figure("soak, faults of the journal", len(faults), "", 0, "; ".join(faults))
    yield Figure("soak, polls in parts", counts["polls in parts"], "", 0)
    nonsense = sum(one.nonsense for one in soak.publishers)
    yield Figure("soak, messages of nonsense", nonsense, "")
    yield Figure("soak, starts of the collector", soak.collector.starts, "", None,
                 str(dict(soak.collector.ended)))  # fmt: skip
    yield Figure("soak, most memory of the collector", soak.collector.memory_mb, "MB")
    for what, count in sorted(soak.done.items()):
        yield Figure(f"soak, {what}", count, "", None, kind if what == "disk: full" else "")
    for what, count in soak.said().most_common(25):
        yield Figure(f"  log: {what}", count, "")
