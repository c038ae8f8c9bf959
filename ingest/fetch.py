"""Asking a web service for a file: tries again, keeps answers on disk, says plainly what is wrong.

An answer that is not what was asked for is never written where a build would find it.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlencode

from core.errors import BadAnswer, NoAnswer, SourceError, Unreachable
from ingest.documents import form_of_head, read_document
from ingest.sources import source_file

CACHE = ".answers"  # hidden: a build does not look there
MOST_BYTES = 64 << 20
SECRETS = ("securityToken", "apikey")  # parameters that stand in no message, name or file
AGENT = "ziggurat (weather and prices for one site)"


@dataclass(frozen=True)
class Patience:
    """How long a service is waited for.

    Attributes
    ----------
    attempts : in all. timeout_s : for one answer. first_s : pause after the first failure, doubled
        after each. longest_s : the longest pause, also where the service asks for a longer one.
    sleep : what waits.
    """

    attempts: int = 4
    timeout_s: float = 30.0
    first_s: float = 1.0
    longest_s: float = 60.0
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Request:
    """What is asked for.

    Attributes
    ----------
    forms : what the answer may be, of `ingest.documents.FORMS`.
    fresh_s : how long a kept answer stands in for a new one [s]; inf for what cannot change.
    """

    service: str
    url: str
    params: Mapping[str, str]
    forms: tuple[str, ...]
    fresh_s: float = 0.0

    @property
    def shown(self) -> str:
        """The address without secrets."""
        open_ = {key: value for key, value in self.params.items() if key not in SECRETS}
        return f"{self.url}?{urlencode(open_)}" if open_ else self.url


@dataclass(frozen=True)
class Answer:
    """What a service said; `at` [s since the epoch] is when it said so; `kept`: not asked now."""

    content: bytes
    at: float
    kept: bool


def ask(
    request: Request, cache: Path, patience: Patience | None = None, now: float | None = None
) -> Answer:
    """The answer to a request, from disk where one is fresh enough.

    Tried again after no connection, no answer in time, 429 and 5xx.

    Raises
    ------
    Unreachable : there is no connection. NoAnswer : nothing came in time, every time.
    BadAnswer : the service refused, or said something else than was asked for.
    """
    patience = patience or Patience()
    moment = time.time() if now is None else now
    kept = _kept(request, cache)
    if kept is not None and moment - kept.at < request.fresh_s:
        return kept
    content = _asked(request, patience, kept)
    _check(request, content)
    _keep(request, cache, content, moment)
    return Answer(content, moment, False)


def _place(request: Request, cache: Path) -> Path:
    return cache / hashlib.sha256(request.shown.encode()).hexdigest()[:32]


def _kept(request: Request, cache: Path) -> Answer | None:
    path = _place(request, cache)
    try:
        return Answer(path.read_bytes(), path.stat().st_mtime, True)
    except FileNotFoundError:
        return None


def _keep(request: Request, cache: Path, content: bytes, moment: float) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    path = _place(request, cache)
    write_whole(path, content)
    os.utime(path, (moment, moment))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that nobody sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    with open(draft, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _asked(request: Request, patience: Patience, kept: Answer | None) -> bytes:
    import httpx

    error: Unreachable | NoAnswer | BadAnswer | None = None
    pause = patience.first_s
    options = {"timeout": patience.timeout_s, "follow_redirects": True,
               "headers": {"User-Agent": AGENT}}  # fmt: skip
    with httpx.Client(**options) as client:  # type: ignore[arg-type]  # a plain dict of options
        for attempt in range(patience.attempts):
            if attempt:
                patience.sleep(min(pause, patience.longest_s))
                pause *= 2
            try:
                answer = client.get(request.url, params=dict(request.params))
            except httpx.TimeoutException:
                error = NoAnswer(
                    f"{request.service} did not answer within {patience.timeout_s:g} s: "
                    f"{request.shown}"
                )
                continue
            except httpx.TransportError as broken:
                error = Unreachable(
                    f"{request.service} cannot be reached ({_plain(broken)}): {request.shown}. "
                    "Is there a network? Files brought by hand are read all the same."
                )
                continue
            except httpx.InvalidURL as wrong:
                raise BadAnswer(f"{request.shown} is no address: {wrong}") from wrong
            if answer.status_code == 200 and len(answer.content) <= MOST_BYTES:
                return answer.content
            error = _refused(request, answer.status_code, answer.content)
            if answer.status_code != 429 and answer.status_code < 500:
                break
            pause = max(pause, _asked_to_wait(answer.headers.get("Retry-After")))
    assert error is not None
    if kept is None:
        raise error
    day = datetime.fromtimestamp(kept.at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    raise type(error)(f"{error} What it said on {day} stands where it was put.")


def _plain(error: Exception) -> str:
    """First line of what went wrong."""
    return (str(error).splitlines() or [""])[0] or type(error).__name__


def _refused(request: Request, status: int, content: bytes) -> BadAnswer:
    """The service's own reason where it gives one."""
    import json
    import re

    text = content[:4000].decode("utf-8", "replace")
    reason = ""
    try:
        plain = json.loads(text)
        if isinstance(plain, dict):
            reason = str(plain.get("reason") or plain.get("message") or "")
    except json.JSONDecodeError:
        found = re.search(r"<text>(.*?)</text>", text, re.DOTALL)
        reason = found.group(1).strip() if found else ""
    for name in SECRETS:
        secret = request.params.get(name)
        reason = reason.replace(secret, "...") if secret else reason
    said = f"HTTP {status}" + (f", {reason[:300]}" if reason else "")
    hint = " (too many requests; try later)" if status == 429 else ""
    return BadAnswer(f"{request.service} refused: {said}{hint}: {request.shown}")


def _asked_to_wait(told: str | None) -> float:
    """Seconds of a Retry-After: a number or a date; 0 where there is none."""
    if not told:
        return 0.0
    try:
        return max(0.0, float(told))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(told).timestamp() - time.time())
    except (ValueError, TypeError):
        return 0.0


def _check(request: Request, content: bytes) -> None:
    form = "json" if "json" in request.forms else form_of_head(content[:8192])
    if form not in request.forms:
        began = content[:80].decode("utf-8", "replace").strip().replace("\n", " ")
        if form and form.endswith("_refusal"):
            raise _refused(request, 200, content)
        raise BadAnswer(
            f"{request.service} said something else than was asked for, beginning {began!r}: "
            f"{request.shown}"
        )


def put_answer(answer: Answer, path: Path, form: str, service: str) -> bool:
    """Write an answer where a build finds it, once it can be read; whether the file changed.

    Raises
    ------
    BadAnswer : it cannot be read through.
    """
    if path.is_file() and path.read_bytes() == answer.content:
        return False
    draft = path.parent / CACHE / path.name
    write_whole(draft, answer.content)
    try:
        read_document(source_file(draft), form)
    except SourceError as error:
        raise BadAnswer(f"{service} said what cannot be read: {error.why}") from error
    finally:
        draft.unlink()
    write_whole(path, answer.content)
    return True
