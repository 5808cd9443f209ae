"""Data files as an ItemReader reads them: the body of an S3 object in, the items of a Map out.

Every format gives an iterable that can be iterated more than once: first to check and count all items, so that a
malformed file fails the Map before the first child runs, then item by item as children start. Rows of CSV, JSON Lines
and Parquet are parsed again each time; only the body is kept.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
"""

from __future__ import annotations

import io
import re
import sys
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.pointer import resolve
from pytest_sfn.errors import JsonValueError, StateError, UnsupportedError
from pytest_sfn.expressions.java import distinct
from pytest_sfn.expressions.values import UNDEFINED, loads
from pytest_sfn.links import see

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = ["FORMATS", "NOT_ITERABLE", "decode", "reader_failed", "rows", "text_of"]

NOT_ITERABLE: Final = "Attempting to map over non-iterable node."  # [recorded]
DUPLICATE_HEADERS: Final = "CSV headers cannot contain duplicates."  # [recorded]
DELIMITERS: Final = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}
ROWS_AT_ONCE: Final = 500
LINE: Final = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")


def reader_failed(cause: str) -> StateError:
    return StateError("States.ItemReaderFailed", cause, catchable=True, located=False)


def decode(body: str | bytes, key: str) -> str | bytes:
    """The object decompressed, by the extension of its key [doc]; text is not changed.

    Raises:
        UnsupportedError: the object is compressed with zstd, and this Python cannot read that.
    """
    if isinstance(body, str):
        return body
    if key.endswith(".gz"):
        import gzip
        import zlib

        try:
            return gzip.decompress(body)
        except (OSError, EOFError, zlib.error) as error:
            raise reader_failed(f"The object {key} could not be decompressed: {error}") from None  # [?]
    if key.endswith((".zst", ".zstd")):
        return _zstd(body, key)
    return body


def _zstd(body: bytes, key: str) -> bytes:
    try:
        from compression import zstd  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        raise UnsupportedError(
            f"{key} is compressed with zstd, which Python can read from 3.14 on\n"
            f"  fix  let the test store it as .gz or as it is\n"
            f"  see  {see('distributed-map#data-files')}"
        ) from None

    try:
        found: bytes = zstd.decompress(body)
    except zstd.ZstdError as error:
        raise reader_failed(f"The object {key} could not be decompressed: {error}") from None  # [?]
    return found


def text_of(body: str | bytes) -> str:
    return body if isinstance(body, str) else body.decode("utf-8", "replace")


# -- CSV ---------------------------------------------------------------------------------------------------------------


class rows:  # noqa: N801 - used as the function it could be, were generators not exhausted after one round
    """Rows of delimited text as objects, all values strings.

    A short row is filled up with "", a long one cut; the fields have the order of a Java HashMap [all recorded].
    Lines without any character are no rows [?].
    """

    __slots__ = ("delimiter", "headers", "text")

    def __init__(self, text: str, delimiter: str, headers: list[str] | None) -> None:
        self.text = text
        self.delimiter = delimiter
        self.headers = headers

    def __iter__(self) -> Iterator[dict[str, str]]:
        lines = self._lines()
        headers = self.headers
        if headers is None:
            headers = next(lines, None)
            if headers is None:
                return
        names: list[str] = distinct(headers)
        width = len(headers)
        if len(names) != width:
            raise reader_failed(DUPLICATE_HEADERS)
        pick = None if names == headers else itemgetter(*map(headers.index, names))
        for row in lines:
            missing = width - len(row)
            if missing > 0:
                row += [""] * missing
            yield dict(zip(names, row if pick is None else pick(row), strict=False))

    def _lines(self) -> Iterator[list[str]]:
        """Non-empty lines; Python's limit on the length of a field, one for the whole process, is lifted meanwhile."""
        import csv  # few runs need it

        reader = csv.reader(lines_of(self.text), delimiter=self.delimiter, strict=True)
        while True:
            limit = csv.field_size_limit(sys.maxsize)
            try:
                chunk = list(islice(reader, ROWS_AT_ONCE))
            except csv.Error as error:
                raise reader_failed(f"Line {reader.line_num} is not valid CSV: {error}") from None  # [?]
            finally:
                csv.field_size_limit(limit)
            if not chunk:
                return
            yield from filter(None, chunk)


def lines_of(text: str) -> Iterator[str]:
    """Its lines with their ends, one by one; StringIO gives the same and needs four bytes for each character."""
    return (line.group() for line in LINE.finditer(text))


def _csv(body: str | bytes, config: Mapping[str, Any]) -> rows:
    given = config.get("CSVHeaderLocation") == "GIVEN"
    headers = list(config.get("CSVHeaders", ())) if given else None
    return rows(text_of(body), DELIMITERS.get(config.get("CSVDelimiter", "COMMA"), ","), headers)


# -- JSON --------------------------------------------------------------------------------------------------------------


def _json(body: str | bytes, config: Mapping[str, Any]) -> Any:
    """The whole document, or the part of it that ItemsPointer names; the reader checks whether it has items."""
    try:
        value = loads(text_of(body))
    except JsonValueError as error:
        raise reader_failed(f"The object cannot be read: {error}") from None  # [?]
    pointer = config.get("ItemsPointer")
    if not pointer:
        return value
    found = resolve(value, pointer, UNDEFINED)
    if found is UNDEFINED:
        raise reader_failed(f"The ItemsPointer '{pointer}' does not exist in the object.")  # [?]
    return found


class _Lines:
    """JSON Lines: a value per line, empty lines left out."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __iter__(self) -> Iterator[Any]:
        for number, line in enumerate(self.text.split("\n"), 1):
            if line and not line.isspace():
                try:
                    yield loads(line)
                except JsonValueError as error:
                    raise reader_failed(f"Line {number} cannot be read: {error}") from None  # [?]


def _json_lines(body: str | bytes, config: Mapping[str, Any]) -> _Lines:
    return _Lines(text_of(body))


# -- Parquet -----------------------------------------------------------------------------------------------------------


class _Parquet:
    """Rows of a Parquet file as objects. Times are ISO 8601, decimals numbers, bytes Base64 [?]."""

    __slots__ = ("body", "pyarrow")

    def __init__(self, body: bytes) -> None:
        try:
            import pyarrow.parquet as pyarrow  # type: ignore[import-untyped, import-not-found, unused-ignore]
        except ImportError:
            raise UnsupportedError(
                "InputType PARQUET needs pyarrow\n"
                "  fix  pip install 'pytest-sfn[parquet]'\n"
                f"  see  {see('distributed-map#data-files')}"
            ) from None
        self.body = body
        self.pyarrow: Any = pyarrow

    def __iter__(self) -> Iterator[dict[str, Any]]:
        try:
            for batch in self.pyarrow.ParquetFile(io.BytesIO(self.body)).iter_batches():
                for row in batch.to_pylist():
                    yield _plain(row)
        except (ValueError, OSError) as error:  # ArrowInvalid is a ValueError
            raise reader_failed(f"The object is not a valid Parquet file: {error}") from None  # [?]


def _plain(value: Any) -> Any:
    """A value of Arrow as JSON's."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, bytes):
        import base64

        return base64.b64encode(value).decode()
    if isinstance(value, float):
        return value if value - value == 0 else None
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if hasattr(value, "isoformat"):
        return value.isoformat()
    text = str(value)
    try:
        return loads(text)
    except JsonValueError:
        return text


def _parquet(body: str | bytes, config: Mapping[str, Any]) -> _Parquet:
    return _Parquet(body.encode() if isinstance(body, str) else body)


FORMATS: Final[dict[str, Callable[[str | bytes, Mapping[str, Any]], Iterable[Any] | Any]]] = {
    "CSV": _csv,
    "JSON": _json,
    "JSONL": _json_lines,
    "PARQUET": _parquet,
}
"""InputType to what makes items of an object's body (decompressed) with the ReaderConfig."""
