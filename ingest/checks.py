"""What names, hosts and times of a configuration can be; for the validators of its tables."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from core.signals import canonical_unit, load_catalogue

LONGEST_NAME = 120
DAY_S = 86_400.0
_LABEL = re.compile(r"[^\W_]([\w-]{0,61}[^\W_])?|_[\w-]{1,62}")


def checked_name(text: str) -> str:
    """A name of a device, a site or a signal.

    Raises
    ------
    ValueError : it cannot be one; says what was expected.
    """
    why = ""
    if not text.strip():
        why = "is empty"
    elif text != text.strip():
        why = "begins or ends with a space"
    elif len(text) > LONGEST_NAME:
        why = f"has {len(text)} characters, more than {LONGEST_NAME}"
    elif not text.isprintable():
        why = "holds characters that cannot be printed"
    elif "/" in text or "\\" in text or text in (".", ".."):
        why = "is a path; expected a name without / and \\"
    if why:
        raise ValueError(f"{text[:40]!r} {why}")
    return text


def checked_host(text: str) -> str:
    """A host name or an IP address without a port; empty where none is told.

    Raises
    ------
    ValueError : it cannot be one; says what was expected.
    """
    if not text:
        return text
    try:
        ipaddress.ip_address(text)
    except ValueError:
        if ":" in text:
            raise ValueError(
                f"is {text!r}; expected a host alone, the port has its own key"
            ) from None
        labels = text.removesuffix(".").split(".")
        numeric = all(label.isdigit() for label in labels)
        if numeric or len(text) > 253 or not all(map(_LABEL.fullmatch, labels)):
            raise ValueError(f"is {text!r}; expected a host name or an IP address") from None
    return text


def checked_unit(unit: str, info: ValidationInfo) -> str:
    """The unit of a point, which its `quantity` is measured in.

    Raises
    ------
    ValueError : it is one of another quantity; says what was expected.
    """
    quantity = info.data.get("quantity", "")
    if not unit or not quantity:
        return unit
    usual = load_catalogue().describe("", quantity=quantity).unit
    if usual and canonical_unit(usual)[0] != canonical_unit(unit)[0]:
        raise ValueError(f"is {unit!r}, but {quantity} is measured in {usual}")
    return unit


Name = Annotated[str, AfterValidator(checked_name)]
Host = Annotated[str, AfterValidator(checked_host)]
Unit = Annotated[str, AfterValidator(checked_unit)]
Seconds = Annotated[float, Field(ge=0.05, le=DAY_S)]  # between two things, or for one
