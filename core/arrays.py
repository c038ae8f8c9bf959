"""Arrow to numpy and back without a copy, and without pandas.

pyarrow's own conversions import pandas on first use, which costs a command line 0.3 s and 40 MB.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def to_int64(array: pa.Array | pa.ChunkedArray) -> NDArray[np.int64]:
    """Integers or time stamps of 64 bits, without nulls."""
    return _view(array, np.dtype(np.int64))


def to_float64(array: pa.Array | pa.ChunkedArray) -> NDArray[np.float64]:
    """Floats; null becomes NaN."""
    if array.null_count:
        array = array.fill_null(float("nan"))
    return _view(array, np.dtype(np.float64))


def to_int32(array: pa.Array | pa.ChunkedArray) -> NDArray[np.int32]:
    """Integers of 32 bits, without nulls."""
    return _view(array, np.dtype(np.int32))


def _view(array: pa.Array | pa.ChunkedArray, dtype: np.dtype) -> NDArray:  # type: ignore[type-arg]
    if isinstance(array, pa.ChunkedArray):
        chunks = [_view(chunk, dtype) for chunk in array.chunks]
        return chunks[0] if len(chunks) == 1 else np.concatenate([np.empty(0, dtype), *chunks])
    if not len(array):
        return np.empty(0, dtype)
    values = np.frombuffer(array.buffers()[1], dtype, len(array) + array.offset)
    return values[array.offset :]


def from_numpy(values: NDArray, kind: pa.DataType) -> pa.Array:  # type: ignore[type-arg]
    """Numbers as an Arrow array of a type of the same width; the buffer is shared."""
    values = np.ascontiguousarray(values)
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values)])


def from_strings(texts: list[str]) -> pa.Array:
    """Strings as an Arrow array."""
    encoded = [text.encode() for text in texts]
    offsets = np.zeros(len(texts) + 1, np.int32)
    np.cumsum([len(text) for text in encoded], out=offsets[1:])
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(texts), buffers)
