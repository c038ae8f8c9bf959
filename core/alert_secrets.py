"""Which addresses are secrets, and how much of them may be seen."""

from __future__ import annotations

from urllib.parse import urlsplit

# Who knows such an address may write there: the address is the key.
_KEYED_HOSTS = (
    "hooks.slack.com", "webhook.office.com", "logic.azure.com", "powerplatform.com", "discord.com",
)  # fmt: skip


def is_secret_url(url: str) -> bool:
    """Whether an address bears a key: a password, a query, or a host whose paths are keys."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return True
    keyed = any(host == one or host.endswith(f".{one}") for one in _KEYED_HOSTS)
    return bool("@" in parts.netloc or parts.query or keyed)


def shown_url(url: str) -> str:
    """An address as it may be shown: of a secret one the host alone."""
    if not url or not is_secret_url(url):
        return url
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.hostname or ''}/…"
    except ValueError:
        return "…"
