"""Source files: where they are, what identifies them, and their bytes as a stream."""

from __future__ import annotations

import codecs
import hashlib
import os
import zipfile
import zlib
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from core.errors import SourceError

if TYPE_CHECKING:
    from hashlib import _Hash as Digest

CHUNK = 1 << 23
SAMPLES, SAMPLE, SAMPLE_ENDS = 16, 4096, 65_536  # blocks of a sample hash [bytes]

_TABLES = (".csv", ".txt", ".tsv")
_DOCUMENTS = (".json", ".xml")  # taken where their first bytes are those of a known form
_SUFFIXES = (*_TABLES, *(f"{name}.gz" for name in _TABLES), ".zip", ".parquet", *_DOCUMENTS)


# Bytes from the beginning and from the end of a file that tell what it is.
PEEK = (256 * 1024, 64 * 1024)


@dataclass(frozen=True)
class SourceFile:
    """One table of readings on disk.

    Parameters
    ----------
    path : the file.
    root : the folder that was searched; device and group come from the path below it.
    member : name inside a zip archive, else None.
    size : bytes of the file (of the archive, for a member).
    mtime_ns : modification time [ns].
    """

    path: Path
    root: Path
    member: str | None
    size: int
    mtime_ns: int

    @property
    def logical(self) -> PurePosixPath:
        """Path below the root as if archives were folders and `.gz` were not there."""
        try:
            below = PurePosixPath(self.path.relative_to(self.root).as_posix())
        except ValueError:
            below = PurePosixPath(self.path.name)
        if self.member is not None:
            below = below.parent / self.member
        return below.with_suffix("") if below.suffix.lower() == ".gz" else below


def source_file(path: Path, root: Path | None = None, member: str | None = None) -> SourceFile:
    """Describe one file as it is now.

    Raises
    ------
    SourceError : the file cannot be reached.
    """
    try:
        found = path.stat()
    except OSError as error:
        raise SourceError(path, f"cannot be read ({error.strerror})") from error
    return SourceFile(path, root or path.parent, member, found.st_size, found.st_mtime_ns)


def _hidden(name: str) -> bool:
    return name.startswith((".", "__MACOSX")) or name.endswith((".part", ".tmp"))


def _members(path: Path) -> list[str | None]:
    """Tables inside a zip archive; `[None]` for a damaged one, so that reading it says so."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return [None]
    return [
        name
        for name in sorted(names)
        if name.lower().endswith(_TABLES)
        and not any(_hidden(part) for part in PurePosixPath(name).parts)
    ]


def find_sources(
    roots: Sequence[Path], skipped: list[tuple[Path, str]] | None = None
) -> list[SourceFile]:
    """All tables below the given folders (or files), sorted by path.

    Parameters
    ----------
    roots : folders, searched recursively without following linked folders; or single files.
    skipped : receives (path, reason) of what looked like a source and could not be taken.

    Raises
    ------
    SourceError : a root does not exist.
    """
    found: dict[tuple[Path, str], SourceFile] = {}
    for root in map(Path, roots):
        if not root.exists():
            raise SourceError(root, "there is no such file or folder")
        single = root.is_file()
        base = root.parent if single else root
        for path in [root] if single else _walk(root):
            if not path.name.lower().endswith(_SUFFIXES):
                continue
            if path.exists() and not path.is_file():
                if skipped is not None:
                    skipped.append((path, "not a regular file"))
                continue
            if not _holds_readings(path):
                continue
            try:
                members = _members(path) if path.suffix.lower() == ".zip" else [None]
                if not members and skipped is not None:
                    skipped.append((path, "no table in this archive"))
                for member in members:
                    found.setdefault((path, member or ""), source_file(path, base, member))
            except SourceError as error:
                if skipped is not None:
                    why = "link to nowhere" if path.is_symlink() else error.why
                    skipped.append((path, why))
    return [found[key] for key in sorted(found)]


def _holds_readings(path: Path) -> bool:
    """Whether a file may: any table, but of other files only those of a known form."""
    from ingest.documents import form_of, is_horizon

    if path.suffix.lower() in _DOCUMENTS:
        return form_of(path) is not None
    return not is_horizon(path)


def _walk(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not _hidden(name))
        for name in sorted(names):
            if not _hidden(name):
                yield Path(folder) / name


def prefix_hash(path: Path, upto: int) -> Digest:
    """SHA-256 of the first `upto` bytes of a file, as an object that can be continued.

    Raises
    ------
    SourceError : the file is shorter, or cannot be read.
    """
    digest = hashlib.sha256()
    left = upto
    try:
        with path.open("rb", buffering=0) as file:
            while left:
                chunk = file.read(min(CHUNK, left))
                if not chunk:
                    raise SourceError(path, f"ends {left} bytes early", expected=f"{upto} bytes")
                digest.update(chunk)
                left -= len(chunk)
    except OSError as error:
        raise SourceError(path, f"cannot be read ({error.strerror})") from error
    return digest


def sample_hash(path: Path, upto: int) -> str:
    """SHA-256 of blocks of the first `upto` bytes: the beginning, the end and some in between.

    It costs the same for any length. Together with size and time it tells a file that only grew
    from one that was written anew; a change that falls between the blocks it does not see.

    Raises
    ------
    SourceError : the file cannot be read.
    """
    digest = hashlib.sha256(str(upto).encode())
    inner = [upto * k // (SAMPLES + 1) for k in range(1, SAMPLES + 1)]
    blocks = [(0, SAMPLE_ENDS), *((at, SAMPLE) for at in inner), (upto - SAMPLE_ENDS, SAMPLE_ENDS)]
    try:
        with path.open("rb", buffering=0) as file:
            for at, length in blocks:
                start = max(at, 0)
                digest.update(os.pread(file.fileno(), min(length, upto - start), start))
    except OSError as error:
        raise SourceError(path, f"cannot be read ({error.strerror})") from error
    return digest.hexdigest()


class ByteStream:
    """Bytes of a source, unpacked, in order; hashes the file as it goes where it is packed.

    Attributes
    ----------
    digest : SHA-256 of the packed file; for a plain file the reader hashes complete lines itself.
    damage : what was wrong with the archive, once the readable part has been handed out.
    """

    def __init__(
        self, source: SourceFile, compression: str | None, encoding: str = "utf-8", offset: int = 0
    ) -> None:
        self.digest = hashlib.sha256()
        self.damage: str | None = None
        self._source = source
        self._plain: IO[bytes] | None = None
        self._left = memoryview(b"")
        wide = encoding.lower().startswith("utf-16")
        if source.member is None and compression is None and not wide:
            self._plain = self._file()
            self._plain.seek(offset)
        self._chunks = self._open(compression)
        if wide:
            self._chunks = _as_utf8(self._chunks, encoding)

    def readinto(self, view: memoryview) -> int:
        """Fill `view` from the stream; the number of bytes put there, 0 at the end."""
        if self._plain is not None:
            got = self._plain.readinto(view)  # type: ignore[attr-defined]
            return int(got)
        while not self._left:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._left = memoryview(chunk)
        got = min(len(view), len(self._left))
        view[:got] = self._left[:got]
        self._left = self._left[got:]
        return got

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks

    def close(self) -> None:
        """Let go of the file, also when nobody read it to its end."""
        if self._plain is not None:
            self._plain.close()
        self._chunks.close()

    def _open(self, compression: str | None) -> Generator[bytes, None, None]:
        if self._source.member is not None:
            return self._member(self._source.member)
        if compression == "gzip":
            return self._gunzip()
        return self._whole()

    def _file(self) -> IO[bytes]:
        try:
            return self._source.path.open("rb", buffering=0)
        except OSError as error:
            raise SourceError(self._source.path, f"cannot be read ({error.strerror})") from error

    def _whole(self) -> Generator[bytes, None, None]:
        with self._file() as file:
            while chunk := file.read(CHUNK):
                yield chunk

    def _gunzip(self) -> Generator[bytes, None, None]:
        """Unpack part after part; a broken tail ends the stream and is told in `damage`."""
        unpack = zlib.decompressobj(wbits=31)
        fresh = True  # nothing of the present part has been seen
        with self._file() as file:
            while packed := file.read(1 << 20):
                self.digest.update(packed)
                while packed and self.damage is None:
                    try:
                        plain = unpack.decompress(packed, CHUNK)
                    except zlib.error as error:
                        self.damage = f"damaged gzip archive: {error}"
                        break
                    if plain:
                        yield plain
                    packed, fresh = unpack.unconsumed_tail, False
                    if unpack.eof:
                        packed = unpack.unused_data.lstrip(b"\0")
                        unpack, fresh = zlib.decompressobj(wbits=31), True
        if self.damage is None and not fresh:
            self.damage = "truncated gzip archive: the end is missing"

    def _member(self, member: str) -> Generator[bytes, None, None]:
        path = self._source.path
        self.digest = prefix_hash(path, path.stat().st_size)
        try:
            with zipfile.ZipFile(path) as archive, archive.open(member) as file:
                while chunk := file.read(CHUNK):
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            self.damage = f"damaged zip archive: {error}"
        except (KeyError, RuntimeError, NotImplementedError) as error:
            raise SourceError(path, f"member {member!r} cannot be read ({error})") from error


def _as_utf8(chunks: Iterator[bytes], encoding: str) -> Generator[bytes, None, None]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode()
