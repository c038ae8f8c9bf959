"""Brokers that tests start on free loopback ports and stop by process id."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

START_S = 60.0
# Debian puts daemons where the PATH of a user may not lead.
DAEMONS = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/bin"


# Below those that systems give to connections, and from anywhere: a port that was found free is
# not soon taken by a connection of somebody, or found by a test beside this one.
PORTS = range(10_000, 32_000)
_ports = itertools.islice(itertools.cycle(PORTS), os.getpid() * 97 % len(PORTS), None)


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM, host: str = "127.0.0.1") -> int:
    """A loopback port that nobody listens on, each time another."""
    for port in _ports:
        with socket.socket(socket.AF_INET, kind) as probe, suppress(OSError):
            probe.bind((host, port))
            return port
    raise AssertionError("ports do not end")


def wait_until(holds: Callable[[], bool], seconds: float = START_S, what: str = "it") -> None:
    """Return as soon as something holds.

    Raises
    ------
    TimeoutError : it did not within the time.
    """
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} not within {seconds:g} s")
        time.sleep(0.02)


def listens(port: int) -> bool:
    """Whether somebody accepts connections on a loopback port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.5):
            return True
    except OSError:
        return False


def found(command: str, package: str) -> str:
    """Path of a server, or the test is skipped."""
    path = shutil.which(command) or shutil.which(command, path=DAEMONS)
    if path is None:
        pytest.skip(f"needs {command}: sudo apt-get install {package}")
    return path


# --- certificates -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Certificates:
    """PEM files: an authority, a server for localhost and 127.0.0.1, a client; and a stranger."""

    folder: Path

    @property
    def ca(self) -> Path:
        """Who signed server and client."""
        return self.folder / "ca.pem"

    @property
    def stranger(self) -> Path:
        """An authority that signed neither."""
        return self.folder / "stranger.pem"

    def certificate(self, name: str) -> Path:
        """Of ``server`` or ``client``."""
        return self.folder / f"{name}.pem"

    def key(self, name: str) -> Path:
        """Of ``server`` or ``client``."""
        return self.folder / f"{name}.key"


def make_certificates(folder: Path) -> Certificates:
    """All of them, with OpenSSL."""
    openssl = found("openssl", "openssl")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")

    def run(*words: str) -> None:
        subprocess.run([openssl, *words], cwd=folder, check=True, capture_output=True)

    for name in ("ca", "stranger"):
        run("req", "-x509", *curve, "-subj", f"/CN=test {name}", "-keyout", f"{name}.key",
            "-out", f"{name}.pem", "-addext", "keyUsage=critical,keyCertSign,cRLSign")  # fmt: skip
    for name in ("server", "client"):
        run("req", "-x509", *curve, "-subj", f"/CN={name}", "-keyout", f"{name}.key",
            "-out", f"{name}.pem", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
            "-addext", "basicConstraints=CA:FALSE")  # fmt: skip
    return Certificates(folder)


def trusting(certificates: Certificates) -> ssl.SSLContext:
    """TLS of a test's own client, with its certificate."""
    context = ssl.create_default_context(cafile=certificates.ca)
    context.load_cert_chain(certificates.certificate("client"), certificates.key("client"))
    return context


def trusted_server(certificates: Certificates) -> ssl.SSLContext:
    """TLS of a server that asks its clients for a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.certificate("server"), certificates.key("server"))
    context.load_verify_locations(certificates.ca)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Certificates for TLS, made once."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))


# --- Mosquitto ----------------------------------------------------------------------------------


@dataclass
class Mosquitto:
    """A broker whose sessions and messages survive it."""

    folder: Path
    port: int
    lines: Sequence[str] = ()
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start, and wait for the port."""
        binary = found("mosquitto", "mosquitto")
        own = ("allow_anonymous true",) if not any("password_file" in x for x in self.lines) else ()
        text = "\n".join([
            "user root", f"listener {self.port} 127.0.0.1", *own,
            "persistence true", f"persistence_location {self.folder}/", "autosave_interval 1",
            "autosave_on_changes true", "max_queued_messages 0", "log_type error", *self.lines,
        ])  # fmt: skip
        config = self.folder / "mosquitto.conf"
        config.write_text(text + "\n", "utf-8")
        with (self.folder / "mosquitto.log").open("ab") as log:
            self._process = subprocess.Popen([binary, "-c", str(config)], stdout=log, stderr=log)
        wait_until(lambda: listens(self.port), what="mosquitto")

    def send(self, which: signal.Signals) -> None:
        """Send a signal."""
        assert self._process is not None
        self._process.send_signal(which)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it by its process id."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(60)
            self._process = None


def mosquitto_user(folder: Path, user: str, password: str) -> Path:
    """A password file with one user."""
    binary = found("mosquitto_passwd", "mosquitto")
    path = folder / "passwords"
    subprocess.run([binary, "-c", "-b", str(path), user, password], check=True, capture_output=True)
    return path


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker of the test's own, without TLS or users."""
    broker = Mosquitto(tmp_path, free_port())
    broker.start()
    yield broker
    broker.stop()


# --- RabbitMQ -----------------------------------------------------------------------------------


@dataclass
class Rabbit:
    """A RabbitMQ node of its own: name, ports, folders and port mapper (epmd) are private."""

    folder: Path
    certificates: Certificates
    port: int = field(default_factory=free_port)
    tls_port: int = field(default_factory=free_port)
    dist_port: int = field(default_factory=free_port)
    mapper_port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _mapper: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start, and wait until it answers on its port."""
        scripts = sorted(Path("/usr/lib/rabbitmq/lib").glob("*/sbin/rabbitmq-server"))
        if not scripts:
            pytest.skip("needs rabbitmq-server: sudo apt-get install rabbitmq-server")
        environment = self._environment()
        if self._mapper is None:
            epmd = found("epmd", "rabbitmq-server")
            self._mapper = subprocess.Popen(
                [epmd, "-address", "127.0.0.1", "-port", str(self.mapper_port)],
                env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            wait_until(lambda: listens(self.mapper_port), what="epmd")
        self._configure()
        with (self.folder / "output").open("ab") as log:
            # With input allowed the script becomes the Erlang machine itself: one process id.
            self._process = subprocess.Popen(
                [str(scripts[-1])], env=environment, cwd=self.folder, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log,
            )  # fmt: skip
        wait_until(self._answers, what="rabbitmq-server")

    def _environment(self) -> dict[str, str]:
        folder = self.folder
        return {
            "PATH": DAEMONS,
            "HOME": str(folder),  # holds the Erlang cookie
            "LANG": "C.UTF-8",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self.mapper_port),
            "RABBITMQ_ALLOW_INPUT": "true",
            "RABBITMQ_NODENAME": f"test{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self.dist_port),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_LOGS": str(folder / "log" / "node.log"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "-noinput -kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none"
            ),
        }

    def _configure(self) -> None:
        made = self.certificates
        (self.folder / "log").mkdir(exist_ok=True)
        (self.folder / "enabled_plugins").write_text("[].\n", "utf-8")
        (self.folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\n"
            f"listeners.ssl.1 = 127.0.0.1:{self.tls_port}\n"
            f"ssl_options.cacertfile = {made.ca}\n"
            f"ssl_options.certfile = {made.certificate('server')}\n"
            f"ssl_options.keyfile = {made.key('server')}\n"
            "ssl_options.verify = verify_peer\n"
            "ssl_options.fail_if_no_peer_cert = true\n"
            # A machine of tests may have little space left; the broker would stop taking messages.
            "disk_free_limit.absolute = 10MB\n",
            "utf-8",
        )

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise RuntimeError((self.folder / "output").read_text("utf-8", "replace")[-2000:])
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as probe:
                probe.settimeout(2)
                probe.sendall(b"AMQP\x00\x00\x09\x01")
                return len(probe.recv(7)) == 7  # the head of the broker's first frame
        except OSError:
            return False

    def send(self, which: signal.Signals) -> None:
        """Send a signal."""
        assert self._process is not None
        self._process.send_signal(which)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the broker by its process id; the port mapper stays."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(60)
            self._process = None

    def close(self) -> None:
        """End the broker, then the port mapper."""
        self.stop()
        if self._mapper is not None:
            self._mapper.terminate()
            self._mapper.wait(60)
            self._mapper = None


@pytest.fixture(scope="session")
def rabbit(
    tmp_path_factory: pytest.TempPathFactory, certificates: Certificates
) -> Iterator[Rabbit]:
    """A RabbitMQ broker for all tests of a process; a test that stops it starts it again."""
    broker = Rabbit(tmp_path_factory.mktemp("rabbit"), certificates)
    try:
        broker.start()
        yield broker
    finally:
        broker.close()
