"""AMQP against RabbitMQ: what was published is delivered, whatever ends in between."""

from __future__ import annotations

import asyncio
import json
import math
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel

from core.errors import BadAnswer, ConfigError, DeviceError, NoAnswer, Unreachable
from core.readings import Batch, Quality
from ingest.amqp import Amqp, key_matches
from tests.ingest.listening import T0, Kept, collect, device, listen_once, listening
from tests.servers import Rabbit, free_port

pytestmark = [pytest.mark.broker, pytest.mark.slow]

POWER = {"signal": "power", "unit": "W", "quantity": "power", "path": "power"}


def settings(broker: Rabbit, **more: Any) -> dict[str, Any]:
    """Settings of a device at a broker, with queue and exchange of its own."""
    name = uuid4().hex[:8]
    return {"host": "127.0.0.1", "port": broker.port, "queue": f"q{name}", "exchange": f"x{name}",
            "routing_keys": ["houses.*.power"], "device_from": 2, "time": "ts",
            "time_format": "s", **more}  # fmt: skip


@asynccontextmanager
async def publisher(broker: Rabbit) -> AsyncIterator[AbstractChannel]:
    """A channel on which publishing returns when the broker has the message on disk."""
    connection = await aio_pika.connect(host="127.0.0.1", port=broker.port)
    async with connection:
        yield await connection.channel()


async def send(channel: AbstractChannel, told: dict[str, Any], key: str, payload: Any) -> None:
    """Publish, and return when the broker has it."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    exchange = await channel.get_exchange(told["exchange"], ensure=False)
    message = aio_pika.Message(
        body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        timestamp=datetime.fromtimestamp(T0 + 7, UTC),
    )  # fmt: skip
    await exchange.publish(message, key)


def expected(numbers: Sequence[int]) -> set[tuple[str, str, int, float]]:
    """What house A's readings must be."""
    return {("A", "power", (T0 + number) * 1_000_000, float(number)) for number in numbers}


async def send_numbers(
    channel: AbstractChannel, told: dict[str, Any], numbers: Sequence[int]
) -> None:
    """Readings of house A."""
    for number in numbers:
        await send(channel, told, "houses.A.power", {"ts": T0 + number, "power": number})


async def left(broker: Rabbit, told: dict[str, Any]) -> int:
    """Messages that the queue holds."""
    async with publisher(broker) as channel:
        queue = await channel.declare_queue(told["queue"], durable=True, passive=True)
        return int(queue.declaration_result.message_count or 0)


def test_a_message_becomes_readings_of_the_device_its_key_names(rabbit: Rabbit) -> None:
    told = settings(rabbit)

    async def during(kept: Kept) -> None:
        await kept.opened.wait()
        async with publisher(rabbit) as channel:
            await send_numbers(channel, told, range(20))
            await send(channel, told, "houses.B.power", {"ts": T0, "power": 7})
            await kept.until(lambda: len(kept.readings) >= 21)

    kept, failed = listening(device("amqp", told, [POWER]), during)
    assert failed == []
    assert kept.values() == expected(range(20)) | {("B", "power", T0 * 1_000_000, 7.0)}
    assert len(kept.readings) == 21


def test_the_time_beside_a_message(rabbit: Rabbit) -> None:
    told = {**settings(rabbit, message_time=True), "time": None}

    async def during(kept: Kept) -> None:
        await kept.opened.wait()
        async with publisher(rabbit) as channel:
            await send_numbers(channel, told, [3])
            await kept.until(lambda: len(kept.readings) >= 1)

    kept, _ = listening(device("amqp", told, [POWER]), during)
    assert kept.values() == {("A", "power", (T0 + 7) * 1_000_000, 3.0)}


def test_messages_of_no_use_are_counted_and_do_not_block(rabbit: Rabbit) -> None:
    told = settings(rabbit, routing_keys=["houses.#"], prefetch=1)
    points = [{**POWER, "routing_key": "houses.*.power"}]
    poison: list[Any] = [b"{", b"\xff\xfe", {"power": 1}, {"ts": T0}, {"ts": "x", "power": 1}]
    spec = device("amqp", told, points)

    async def run() -> tuple[Kept, dict[tuple[str, str], int]]:
        kept, transport = Kept(), Amqp(spec)
        await transport.open()
        listening = asyncio.create_task(transport.listen(kept.deliver))
        async with publisher(rabbit) as channel:
            for payload in poison:
                await send(channel, told, "houses.A.power", payload)
            await send(channel, told, "houses.A.other", {"ts": T0, "power": 1})
            await send(channel, told, "houses", {"ts": T0, "power": 1})
            await send_numbers(channel, told, [1])
            await kept.until(lambda: bool(kept.values()))
        await asyncio.sleep(0.1)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await transport.close()
        assert await left(rabbit, told) == 0
        return kept, dict(transport.refused)

    kept, refused = asyncio.run(run())
    assert kept.values() == expected([1])
    wrong = [one for _, one in kept.readings if one.quality is Quality.DECODE_ERROR]
    assert len(wrong) == len(poison)
    assert all(math.isnan(one.value) for one in wrong)
    assert refused == {
        ("A", "no JSON"): 2,
        ("A", "no time"): 2,
        ("A", "no value"): 1,
        ("A", "no point is for it"): 1,
        ("dev", "no device"): 1,
    }


def test_several_consumers_share_the_work_and_take_over(rabbit: Rabbit) -> None:
    told = settings(rabbit, prefetch=4)
    spec = device("amqp", told, [POWER])

    async def run() -> tuple[Kept, Kept]:
        first, second = Kept(pause_s=0.01), Kept(pause_s=0.01)
        tasks = [asyncio.create_task(collect(spec, kept, [])) for kept in (first, second)]
        await first.opened.wait()
        await second.opened.wait()
        async with publisher(rabbit) as channel:
            await send_numbers(channel, told, range(60))
            tasks[0].cancel()  # what it had not acknowledged goes to the other
            await asyncio.gather(tasks[0], return_exceptions=True)
            await send_numbers(channel, told, range(60, 100))
        await second.until(lambda: first.values() | second.values() == expected(range(100)))
        tasks[1].cancel()
        await asyncio.gather(tasks[1], return_exceptions=True)
        return first, second

    first, second = asyncio.run(run())
    assert first.values() and second.values()
    assert len(first.readings) + len(second.readings) < 120


def test_what_was_not_kept_comes_again(rabbit: Rabbit) -> None:
    told = settings(rabbit)
    spec = device("amqp", told, [POWER])
    reached = asyncio.Event()

    async def hang(batches: Sequence[Batch]) -> None:
        reached.set()
        await asyncio.Event().wait()

    async def run() -> Kept:
        transport, kept = Amqp(spec), Kept()
        await transport.open()
        async with publisher(rabbit) as channel:
            await send_numbers(channel, told, range(5))
        task = asyncio.create_task(transport.listen(hang))
        await reached.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await transport.close()
        task = asyncio.create_task(collect(spec, kept, []))
        await kept.until(lambda: kept.values() == expected(range(5)))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return kept

    asyncio.run(run())


def test_opening_may_be_given_up_at_any_moment(rabbit: Rabbit) -> None:
    spec = device("amqp", settings(rabbit), [POWER])

    async def run() -> None:
        for step in range(25):
            transport = Amqp(spec)
            try:
                async with asyncio.timeout(step * 2 / 1000):
                    await transport.open()
            except TimeoutError:
                pass
            await transport.close()
        last = Amqp(spec)
        await last.open()
        await last.close()

    asyncio.run(asyncio.wait_for(run(), 60))


def test_nothing_is_lost_when_the_broker_is_killed(rabbit: Rabbit) -> None:
    told = settings(rabbit)
    spec = device("amqp", told, [POWER])
    failed: list[DeviceError] = []
    sent: list[int] = []

    async def publish_on() -> None:
        """Numbers one by one; one that was not confirmed is sent again."""
        while len(sent) < 200 or not rebooted.is_set():
            try:
                async with publisher(rabbit) as channel:
                    while len(sent) < 200 or not rebooted.is_set():
                        await send_numbers(channel, told, [len(sent)])
                        sent.append(len(sent))
            except (aio_pika.exceptions.AMQPError, OSError, RuntimeError):
                await asyncio.sleep(0.1)

    rebooted = asyncio.Event()

    async def run() -> Kept:
        kept = Kept()
        task = asyncio.create_task(collect(spec, kept, failed))
        await kept.opened.wait()
        publishing = asyncio.create_task(publish_on())
        await kept.until(lambda: len(sent) > 50)
        await asyncio.to_thread(rabbit.stop, signal.SIGKILL)
        await asyncio.to_thread(rabbit.start)
        rebooted.set()
        async with asyncio.timeout(60):
            await publishing
        await kept.until(lambda: kept.values() >= expected(sent))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return kept

    kept = asyncio.run(run())
    assert len(sent) >= 200
    assert kept.values() == expected(sent)
    assert {type(error) for error in failed} <= {Unreachable, NoAnswer}
    assert failed


# --- what can be wrong --------------------------------------------------------------------------


def refused(told: dict[str, Any]) -> DeviceError:
    """How a device with these settings fails."""
    failed: list[DeviceError] = []
    spec = device("amqp", told, [POWER], timeout_s=2.0)
    asyncio.run(asyncio.wait_for(listen_once(spec, Kept(), failed), 60))
    return failed[0]


def test_nobody_there() -> None:
    told = {"host": "127.0.0.1", "port": free_port(), "queue": "q"}
    assert isinstance(refused(told), Unreachable)


def test_a_user_that_is_not_let_in(rabbit: Rabbit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROKER_USER", "guest")
    monkeypatch.setenv("BROKER_PASSWORD", "guess")
    told = settings(rabbit, user_env="BROKER_USER", password_env="BROKER_PASSWORD")
    assert isinstance(refused(told), BadAnswer)
    assert isinstance(refused(settings(rabbit, vhost="nowhere")), BadAnswer)


def test_a_queue_that_is_not_there_or_another(rabbit: Rabbit) -> None:
    assert isinstance(refused(settings(rabbit, passive=True)), BadAnswer)
    told = settings(rabbit)

    async def other() -> None:
        async with publisher(rabbit) as channel:
            await channel.declare_queue(told["queue"], durable=False)

    asyncio.run(other())
    error = refused(told)
    assert isinstance(error, BadAnswer) and "durable" in str(error)


def test_a_queue_that_is_deleted_is_noticed(rabbit: Rabbit) -> None:
    told = settings(rabbit)
    failed: list[DeviceError] = []

    async def run() -> None:
        kept = Kept()
        task = asyncio.create_task(listen_once(device("amqp", told, [POWER]), kept, failed))
        await kept.opened.wait()
        await asyncio.sleep(0.2)
        async with publisher(rabbit) as channel:
            await channel.queue_delete(told["queue"])
        await asyncio.wait_for(task, 60)

    asyncio.run(run())
    assert isinstance(failed[0], Unreachable)


def test_tls_with_client_certificate(rabbit: Rabbit) -> None:
    made = rabbit.certificates
    told = settings(
        rabbit, port=rabbit.tls_port, tls=True, ca=made.ca,
        certificate=made.certificate("client"), key=made.key("client"),
    )  # fmt: skip

    async def during(kept: Kept) -> None:
        await kept.opened.wait()
        async with publisher(rabbit) as channel:
            await send_numbers(channel, told, [1])
            await kept.until(lambda: len(kept.readings) >= 1)

    kept, failed = listening(device("amqp", told, [POWER]), during)
    assert failed == [] and kept.values() == expected([1])
    assert isinstance(refused({**told, "ca": made.stranger}), Unreachable)
    without = {key: value for key, value in told.items() if key not in ("certificate", "key")}
    assert isinstance(refused(without), Unreachable)


def test_a_broker_that_greets_nobody(rabbit: Rabbit) -> None:
    rabbit.send(signal.SIGSTOP)
    try:
        assert isinstance(refused(settings(rabbit)), NoAnswer)
    finally:
        rabbit.send(signal.SIGCONT)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"queue": ""}, "queue"),
        ({"exchange_type": "headers"}, "exchange_type"),
        ({"time": "a[b]"}, "time"),
        ({"prefetch": 0}, "prefetch"),
        ({"password": "secret"}, "password"),
    ],
)
def test_wrong_settings_name_their_field(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        device("amqp", {"host": "h", "queue": "q", **changed}, [POWER])


@pytest.mark.parametrize(
    ("pattern", "key", "fits"),
    [
        ("#", "", True),
        ("#", "a.b", True),
        ("a.*", "a.b", True),
        ("a.*", "a", False),
        ("a.#", "a", True),
        ("a.#.c", "a.b.b.c", True),
        ("a.#.c", "a.b", False),
        ("*.b", "a.b.c", False),
    ],
)
def test_patterns_of_keys(pattern: str, key: str, fits: bool) -> None:
    assert key_matches(pattern, key) is fits
