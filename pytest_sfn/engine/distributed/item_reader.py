"""ItemReader: where the items of a distributed Map come from, and how many there are.

A `Dataset` is a list of parts, one per object that was read (or the state's own data), each with its `Map.Item.Source`.
All objects are read when the Map begins. This module decides which calls to S3 that takes; `data_files.py` reads the bodies.

* `s3:getObject`: one object as CSV, JSON, JSONL or PARQUET; as MANIFEST the object names others, which are read too.
* `s3:listObjectsV2`: every object's description is an item; with LOAD_AND_FLATTEN what is in the objects.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.engine.distributed.data_files import FORMATS, NOT_ITERABLE, decode, reader_failed, rows, text_of
from pytest_sfn.engine.distributed.s3 import ObjectField, ObjectRequest, place_of
from pytest_sfn.errors import JsonValueError, MockError, UnsupportedError
from pytest_sfn.expressions.timestamps import parse_timestamp
from pytest_sfn.expressions.values import UNDEFINED, NumberText, loads
from pytest_sfn.links import see

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pytest_sfn.asl.model import ItemReader
    from pytest_sfn.engine.run import Strand

__all__ = [
    "GET_OBJECT",
    "OBJECTS_ARE_ITERABLE_SINCE",
    "STATE_DATA",
    "Dataset",
    "Entry",
    "Part",
    "Reading",
    "StateData",
    "entries",
]

STATE_DATA: Final = "STATE_DATA"
"""`Map.Item.Source` of items that come from the state's own data [doc]."""
GET_OBJECT: Final = "arn:aws:states:::s3:getObject"
OBJECTS_ARE_ITERABLE_SINCE: Final = date(2025, 9, 18)
"""Since then a JSON object is a dataset too [doc]; before it was an error [recorded]."""


class Entry(NamedTuple):
    """An item with its fields of the Context Object; `key` is UNDEFINED unless the items are the members of an object."""

    value: Any
    key: Any
    source: str


class Part(NamedTuple):
    """The items of one object: a list, a dict, or anything else that can be iterated more than once."""

    source: str
    items: Any


class Dataset:
    """All items, in order.

    Attributes:
        parts: what was read.
        limit: MaxItems; 0 for all.
    """

    __slots__ = ("limit", "parts")

    def __init__(self, parts: list[Part], limit: int = 0) -> None:
        self.parts = parts
        self.limit = limit

    def __iter__(self) -> Iterator[Entry]:
        left = self.limit or -1
        for source, items in self.parts:
            for key, value in entries(items):
                if left == 0:
                    return
                left -= 1
                yield Entry(value, key, source)

    def count(self) -> int:
        """How many items there are; whatever cannot be read raises its error here."""
        total = 0
        for part in self.parts:
            total += len(part.items) if isinstance(part.items, (list, dict)) else sum(1 for _ in part.items)
            if self.limit and total >= self.limit:
                return self.limit
        return total


def entries(items: Any) -> Iterable[tuple[Any, Any]]:
    """(key, value) of each item; without an object around them there are no keys."""
    return items.items() if isinstance(items, dict) else ((UNDEFINED, value) for value in items)


class StateData:
    """Items that are in the state's own data: a list, or a dict.

    Attributes:
        announced: the number of items in MapStateStarted.
        delay: as of `Reading`.
    """

    __slots__ = ("announced", "items", "limit")
    delay = 0
    max_items = None

    def __init__(self, items: Any) -> None:
        self.items = items
        self.limit = 0
        self.announced = len(items)

    def read(self) -> Dataset:
        return Dataset([Part(STATE_DATA, self.items)])


class Reading:
    """One round of an ItemReader.

    Attributes:
        announced: the number of items in MapStateStarted: 0, since nothing was read when it is written [recorded].
        delay: virtual microseconds that the calls took, all together.
        limit: MaxItems; 0 for all.
        max_items: the field that says it, which is read when MapStateStarted is written [recorded].
    """

    __slots__ = ("config", "delay", "field", "get_field", "limit", "max_items", "parameters", "strand")
    announced = 0

    def __init__(self, strand: Strand, reader: ItemReader, parameters: Any) -> None:
        self.strand = strand
        self.config: Mapping[str, Any] = reader.reader_config
        self.parameters = parameters
        self.max_items = reader.max_items
        self.limit = 0
        self.delay = 0
        name = strand.state.name
        self.field = ObjectField(name, "ItemReader", reader.pointer, reader.resource)
        reads = reader.resource.action == "getObject"
        resource = reader.resource if reads else parse_resource(GET_OBJECT)
        self.get_field = self.field if reads else ObjectField(name, "ItemReader", reader.pointer, resource)

    def read(self) -> Dataset:
        """Everything that the reader names.

        Raises:
            StateError: States.ItemReaderFailed.
        """
        if self.limit < 0:
            raise reader_failed("field MaxItems must be positive")  # [recorded]
        lists = self.field.resource.action == "listObjectsV2"
        parts = self._list(self.parameters) if lists else self._object(self.parameters)
        return Dataset(parts, self.limit)

    # -- calls -----------------------------------------------------------------------------------------------------------

    def _send(self, field: ObjectField, parameters: dict[str, Any]) -> dict[str, Any]:
        request = ObjectRequest(self.strand, field, parameters)
        try:
            result = request.send()
        finally:
            self.delay += request.delay
        return result if isinstance(result, dict) else {}

    def _body(self, parameters: dict[str, Any]) -> str | bytes:
        for name in ("Bucket", "Key"):
            if not isinstance(parameters.get(name), str):
                raise reader_failed(f"The field '{name}' of ItemReader must be a string.")  # [?]
        body = self._send(self.get_field, parameters).get("Body", "")
        try:
            return decode(body, parameters["Key"])
        except UnsupportedError as error:
            raise self._unsupported(error) from None

    def _items(self, kind: str, body: str | bytes, config: Mapping[str, Any]) -> Any:
        if kind not in FORMATS:
            raise reader_failed(f"The InputType '{kind}' is not supported here.")  # [?]
        try:
            return FORMATS[kind](body, config)
        except UnsupportedError as error:
            raise self._unsupported(error) from None

    def _unsupported(self, error: UnsupportedError) -> UnsupportedError:
        """What cannot be read here, with the place of the ItemReader."""
        return UnsupportedError(f"{place_of(self.strand, self.field)}: ItemReader: {error}")

    # -- one object, and those that it names -----------------------------------------------------------------------------

    def _object(self, parameters: dict[str, Any]) -> list[Part]:
        kind = self.config.get("InputType", "JSON")
        if kind == "MANIFEST" and self.config.get("ManifestType") != "ATHENA_DATA":
            return self._inventory(parameters)
        if self.config.get("ManifestType") == "ATHENA_DATA":
            return self._athena(parameters)
        return [self._part(parameters, kind)]

    def _part(self, parameters: dict[str, Any], kind: str) -> Part:
        items = self._items(kind, self._body(parameters), self.config)
        as_of = self.strand.run.world.as_of
        iterable = (list, dict) if as_of is None or as_of >= OBJECTS_ARE_ITERABLE_SINCE else (list,)
        if kind == "JSON" and not isinstance(items, iterable):
            raise reader_failed(NOT_ITERABLE)
        return Part(f"S3://{parameters['Bucket']}/{parameters['Key']}", items)

    def _inventory(self, parameters: dict[str, Any]) -> list[Part]:
        """S3 Inventory: manifest.json names data files without headers, and the schema of their rows.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html
        """
        try:
            manifest = loads(text_of(self._body(parameters)))
            bucket = manifest["destinationBucket"].rpartition(":")[2]
            keys = [file["key"] for file in manifest["files"]]
            format_ = str(manifest.get("fileFormat", "CSV")).upper()
            headers = [name.strip() for name in manifest["fileSchema"].split(",")] if format_ == "CSV" else []
        except KeyError as error:
            raise reader_failed(f"The manifest {parameters['Key']} is not valid: it has no {error}") from None  # [?]
        except (JsonValueError, LookupError, TypeError, AttributeError) as error:
            raise reader_failed(f"The manifest {parameters['Key']} is not valid: {error}") from None  # [?]
        parts = []
        for key in keys:
            body = self._body({"Bucket": bucket, "Key": key})
            if format_ not in ("CSV", "PARQUET"):
                raise reader_failed(f"The file format {format_} of the manifest is not supported.")  # [?]
            items = rows(text_of(body), ",", headers) if format_ == "CSV" else self._items(format_, body, {})
            parts.append(Part(f"S3://{bucket}/{key}", items))
        return parts

    def _athena(self, parameters: dict[str, Any]) -> list[Part]:
        """Athena's UNLOAD: the manifest has the URI of a data file per line; InputType says what is in these.

        https://docs.aws.amazon.com/athena/latest/ug/unload.html
        """
        kind = self.config.get("InputType", "CSV")
        parts = []
        for line in filter(str.strip, text_of(self._body(parameters)).splitlines()):
            bucket, _, key = line.strip(' "').removeprefix("s3://").partition("/")
            parts.append(self._part({"Bucket": bucket, "Key": key}, "CSV" if kind == "MANIFEST" else kind))
        return parts

    # -- many objects ----------------------------------------------------------------------------------------------------

    def _list(self, parameters: dict[str, Any]) -> list[Part]:
        bucket = parameters.get("Bucket")
        if not isinstance(bucket, str):
            raise reader_failed("The field 'Bucket' of ItemReader must be a string.")  # [?]
        flatten = self.config.get("Transformation") == "LOAD_AND_FLATTEN"
        found: list[dict[str, Any]] = []
        page = parameters
        tokens: list[Any] = []
        while True:  # AWS follows the pages by itself [reported]
            answer = self._send(self.field, page)
            found += answer.get("Contents") or []
            token = answer.get("NextContinuationToken")
            if not token or (self.limit and len(found) >= self.limit and not flatten):
                break
            if token in tokens:
                raise MockError(
                    f"{place_of(self.strand, self.field)}: ItemReader: the NextContinuationToken {token!r} comes again, and so "
                    f"the list never ends\n"
                    f"  fix  let the mock's last page have no NextContinuationToken\n"
                    f"  see  {see('distributed-map#mocking-s3')}",
                    state=self.field.name,
                )
            tokens.append(token)
            page = {**parameters, "ContinuationToken": token}
        if not flatten:
            return [Part(f"S3://{bucket}", [_description(each) for each in found])]
        kind = self.config.get("InputType", "JSON")
        keys = [each["Key"] for each in found if not each["Key"].endswith("/")]  # folders of the console hold nothing [?]
        return [self._part({"Bucket": bucket, "Key": key}, kind) for key in keys]


def _description(found: Mapping[str, Any]) -> dict[str, Any]:
    """An object as an item; names and order are recorded, the time is seconds since 1970 [doc] as Java spells a double."""
    item: dict[str, Any] = {}
    for name, field in _DESCRIBED:
        value = found.get(field, found.get(name))
        if value is not None:
            item[name] = _seconds(value) if name == "LastModified" else value
    return item


_DESCRIBED: Final = (  # in the order of AWS's text [measured, floci PR 3460]
    ("Etag", "ETag"),
    ("Key", "Key"),
    ("LastModified", "LastModified"),
    ("Size", "Size"),
    ("StorageClass", "StorageClass"),
)


def _seconds(value: Any) -> Any:
    instant = parse_timestamp(value) if isinstance(value, str) else value
    if not isinstance(instant, datetime):
        return value
    digits, _, exponent = f"{instant.timestamp():.12E}".partition("E")
    digits = digits.rstrip("0")
    return NumberText(f"{digits}{'0' if digits.endswith('.') else ''}E{int(exponent)}")
