"""Who may speak to a device or broker: TLS, and names and passwords from the environment."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

from pydantic import model_validator

from core.errors import ConfigError
from ingest.devices import DeviceSpec, TransportSettings


class Secured(TransportSettings):
    """Settings of a transport that can encrypt and log in.

    Attributes
    ----------
    tls : encrypt, and believe only a certificate of `ca`, or of the system where there is none.
    ca, certificate, key : PEM files; the last two are this side's own certificate.
    user_env, password_env : names of the environment variables that hold user and password. A
        configuration file never holds either.
    """

    tls: bool = False
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    user_env: str = ""
    password_env: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Secured:
        for name in ("ca", "certificate", "key"):
            if getattr(self, name) is not None and not self.tls:
                raise ValueError(f"{name} is given but tls is not on")
        if self.key is not None and self.certificate is None:
            raise ValueError("key is given without certificate")
        if self.password_env and not self.user_env:
            raise ValueError("password_env is given without user_env")
        return self


def from_environment(device: DeviceSpec, setting: str, variable: str | None = None) -> str | None:
    """What the environment variable holds that a setting names; None where it names none.

    Parameters
    ----------
    variable : the name, where the setting holds several.

    Raises
    ------
    ConfigError : there is no such variable.
    """
    variable = getattr(device.settings, setting) if variable is None else variable
    if not variable:
        return None
    if variable not in os.environ:
        raise ConfigError(
            f"device {device.name}: {setting} names the environment variable {variable}, "
            "which is not set"
        )
    return os.environ[variable]


def tls_context(device: DeviceSpec) -> ssl.SSLContext | None:
    """How a device is spoken to in secret; None where it is not.

    Raises
    ------
    ConfigError : a certificate cannot be read.
    """
    settings: Secured = device.settings
    if not settings.tls:
        return None
    try:
        context = ssl.create_default_context(cafile=settings.ca)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"device {device.name}: ca {settings.ca}: {error}") from error
    if settings.certificate is not None:
        try:
            # An empty password fails on an encrypted key; without one OpenSSL asks the terminal.
            context.load_cert_chain(settings.certificate, settings.key, password="")
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(
                f"device {device.name}: certificate {settings.certificate}: {error}"
            ) from error
    return context
