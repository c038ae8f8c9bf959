"""An OPC UA server with the nodes of a template, for tests and for trying out a collector."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from asyncua import ua
from asyncua.common.node import Node
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.crypto.truststore import TrustStore
from asyncua.crypto.validator import CertificateValidator, CertificateValidatorOptions
from asyncua.server.server import Server
from asyncua.server.user_managers import UserManager
from asyncua.ua.status_codes import StatusCodes

from ingest.opcua import OpcUaPoint, parse_node

_POLICIES = {
    "none": ua.SecurityPolicyType.NoSecurity,
    "sign": ua.SecurityPolicyType.Basic256Sha256_Sign,
    "sign_and_encrypt": ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt,
}


@dataclass(frozen=True)
class Access:
    """What a simulated server demands of its clients.

    Attributes
    ----------
    security : the kinds of messages it takes.
    certificate, private_key : of the server, DER and PEM.
    trusted : folder of certificates that it believes; None believes any.
    user, password : the one user; without a name anybody may read.
    """

    security: tuple[str, ...] = ("none",)
    certificate: Path | None = None
    private_key: Path | None = None
    trusted: Path | None = None
    user: str | None = None
    password: str | None = None


class _OneUser(UserManager):
    def __init__(self, access: Access) -> None:
        self._access = access

    def get_user(
        self,
        iserver: Any,
        username: str | None = None,
        password: str | None = None,
        certificate: Any = None,
    ) -> User | None:
        """The user, or None for a stranger."""
        known = self._access.user is None or (username, password) == (
            self._access.user,
            self._access.password,
        )
        return User(role=UserRole.User, name=username) if known else None


class SimulatedOpcUa:
    """A running server; `url` is where to find it."""

    def __init__(self, server: Server, url: str, points: Sequence[OpcUaPoint]) -> None:
        self.server = server
        self.url = url
        self._points = {point.signal: point for point in points}
        self._nodes: dict[str, Node] = {}  # by the text of the node's id
        self._held: dict[str, Any] = {}  # raw values, arrays as lists

    async def create(self, values: Mapping[str, float]) -> None:
        """Make a variable of every node, with its raw value."""
        for point in self._points.values():
            self._hold(point, point.raw_of(values[point.signal]))
        for text, held in self._held.items():
            node = await self._number(parse_node(text))
            self._nodes[text] = await self.server.nodes.objects.add_variable(
                node, f"{node.NamespaceIndex}:{text}", held, varianttype=ua.VariantType.Double
            )

    def _hold(self, point: OpcUaPoint, raw: float) -> None:
        if point.index is None:
            self._held[point.node] = raw
            return
        held = self._held.setdefault(point.node, [])
        held += [0.0] * (point.index + 1 - len(held))
        held[point.index] = raw

    async def _number(self, node: ua.NodeId) -> ua.NodeId:
        """The id with a namespace that the server has, made where it has not."""
        uri = getattr(node, "NamespaceUri", None)
        if uri is not None:
            index = await self.server.register_namespace(uri)
            return ua.NodeId(node.Identifier, ua.Int16(index), node.NodeIdType)
        while len(known := await self.server.get_namespace_array()) <= node.NamespaceIndex:
            await self.server.register_namespace(f"urn:simulated:{len(known)}")
        return node

    async def tell(
        self,
        signal: str,
        value: float,
        *,
        status: int = StatusCodes.Good,
        moment: datetime | None = None,
    ) -> None:
        """Give a point a value in its signal's unit, at a moment of the source's clock."""
        point = self._points[signal]
        self._hold(point, point.raw_of(value))
        held = self._held[point.node]
        told = _data_value(ua.Variant(held, ua.VariantType.Double), status, moment)
        await self.server.write_attribute_value(self._nodes[point.node].nodeid, told)

    async def remember(self, signal: str) -> None:
        """Keep a history of the point's node from now on."""
        await self.server.historize_node_data_change(self._nodes[self._points[signal].node])

    def answer(self, signal: str, raw: Any) -> None:
        """Answer readers of a point's node with any raw value at all, as a broken device would.

        The next `tell` ends it.
        """
        node = self._nodes[self._points[signal].node]
        told = _data_value(ua.Variant(raw), StatusCodes.Good, None)
        self.server.set_attribute_value_callback(node.nodeid, lambda *_: told)


def _data_value(variant: ua.Variant, status: int, moment: datetime | None) -> ua.DataValue:
    return ua.DataValue(
        variant,
        StatusCode=ua.StatusCode(ua.UInt32(status)),
        SourceTimestamp=cast(ua.DateTime, moment or datetime.now(UTC)),
    )


@asynccontextmanager
async def serve_opcua(
    points: Sequence[OpcUaPoint],
    values: Mapping[str, float],
    *,
    host: str = "127.0.0.1",
    port: int = 4840,
    access: Access | None = None,
) -> AsyncIterator[SimulatedOpcUa]:
    """Serve the nodes of `points` with `values` by signal, in the units of the signals."""
    access = access or Access()
    server = Server(user_manager=_OneUser(access))
    await server.init()
    url = f"opc.tcp://{host}:{port}/simulated"
    server.set_endpoint(url)
    server.set_server_name("Simulated device")
    server.set_security_policy([_POLICIES[kind] for kind in access.security])
    tokens: list[type] = [ua.AnonymousIdentityToken]
    if access.user is not None:
        tokens = [ua.UserNameIdentityToken]
    server.set_identity_tokens(tokens)
    if access.certificate and access.private_key:
        await server.load_certificate(access.certificate)
        await server.load_private_key(access.private_key)
    if access.trusted is not None:
        trusted = TrustStore([access.trusted], [])
        await trusted.load()
        options = CertificateValidatorOptions.TRUSTED_VALIDATION
        server.set_certificate_validator(
            CertificateValidator(options | CertificateValidatorOptions.PEER_CLIENT, trusted)
        )
    simulated = SimulatedOpcUa(server, url, points)
    await simulated.create(values)
    await server.start()
    try:
        yield simulated
    finally:
        await server.stop()
