"""What the collector tells Prometheus."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server

from core.errors import AddressTaken


class Metrics:
    """Counts and gauges by device, served as a page where an address is given.

    Raises
    ------
    AddressTaken : nothing can be served there.
    """

    def __init__(self, address: str = "") -> None:
        self._address = address
        self._close: Callable[[], None] | None = None
        self.registry = registry = CollectorRegistry()
        device = ["device"]
        self.up = Gauge(
            "ziggurat_device_up", "1 while the device answers", device, registry=registry
        )
        self.last_reading = Gauge(
            "ziggurat_last_reading_timestamp_seconds", "Time of the newest good reading", device,
            registry=registry,
        )  # fmt: skip
        self.latency = Gauge(
            "ziggurat_poll_latency_seconds", "Time that the last poll took", device,
            registry=registry,
        )  # fmt: skip
        self.backlog = Gauge(
            "ziggurat_journal_backlog_readings", "Readings that are not in the pyramid yet", device,
            registry=registry,
        )  # fmt: skip
        self.readings = Counter(
            "ziggurat_readings", "Readings kept, by quality", ["device", "quality"],
            registry=registry,
        )  # fmt: skip
        self.errors = Counter(
            "ziggurat_errors", "Failed attempts, by kind", ["device", "kind"], registry=registry
        )

    def __enter__(self) -> Metrics:
        if self._address:
            host, _, port = self._address.rpartition(":")
            try:
                server, thread = start_http_server(int(port), host, registry=self.registry)
            except OSError as error:
                raise AddressTaken(
                    f"metrics cannot be served at {self._address} ({error.strerror}); another "
                    'address, or metrics = "" for none, in [collector]'
                ) from error

            def close() -> None:
                server.shutdown()
                server.server_close()
                thread.join()

            self._close = close
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        if self._close is not None:
            self._close()

    def forget(self, device: str) -> None:
        """Leave out a device that is not collected any more."""
        for one in (self.up, self.last_reading, self.latency, self.backlog):
            one.remove(device)  # does nothing where it has none
