"""The functions of Terraform's language that definitions are made with.

A function that is not here, or that gets an unknown value, gives a placeholder.

https://developer.hashicorp.com/terraform/language/functions
"""

from __future__ import annotations

import base64
import csv
import hashlib
import ipaddress
import itertools
import math
import re
import uuid
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final, NoReturn
from urllib.parse import quote_plus

from pytest_sfn.asl import json_text
from pytest_sfn.asl.text import Substitutions, Text
from pytest_sfn.expressions import values
from pytest_sfn.loaders.hcl_values import (
    LARGEST,
    Rendered,
    RenderedText,
    Written,
    WrittenList,
    boolean_of,
    set_of,
    text_of,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["FUNCTIONS", "KNOWN_FUNCTIONS", "plain"]


def plain(value: Any) -> Any:
    """A value as plain JSON, without its places.

    Raises:
        ValueError: written out, it is too large; a local may hold another many times.
    """
    return _plain(value, iter(range(LARGEST // 4)))


def _plain(value: Any, left: Iterator[int]) -> Any:
    if next(left, None) is None:
        _too_large()
    if isinstance(value, dict):
        return {key: _plain(item, left) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, left) for item in value]
    return value


def _merge(*maps: Any) -> Any:
    merged = Written()
    for each in maps:
        merged.update(each or {})
        if isinstance(each, Written):
            merged.keys_at.update(each.keys_at)
            merged.values_at.update(each.values_at)
    return merged


def _replace(text: str, search: str, to: str) -> str:
    if len(search) > 1 and search[0] == search[-1] == "/":  # RE2's syntax is nearly Python's
        import regex  # like `re`, but can be stopped

        written = re.sub(r"\$\{?(\w+)\}?", r"\\g<\1>", to)
        left = LARGEST

        def one(match: regex.Match[str]) -> str:
            nonlocal left
            made = str(match.expand(written))
            left -= len(made)
            return made if left >= 0 else _too_large()

        try:
            made = regex.sub(search[1:-1], one, text, timeout=1)
        except (regex.error, TimeoutError) as error:
            raise ValueError(f"the expression {search}: {error or 'it takes too long'}") from None
        return str(made)
    if len(to) * text.count(search) > LARGEST:
        _too_large()
    return text.replace(search, to)


def _too_large() -> NoReturn:
    raise ValueError("it is too large")


def _join(separator: str, *lists: list[Any]) -> str:
    if len(separator) * sum(map(len, lists)) > LARGEST:
        _too_large()
    return separator.join(text_of(item) for each in lists for item in each)


def _format(pattern: str, *arguments: Any) -> str:
    rest = iter(arguments)
    if pattern.count("%") * 1000 > LARGEST:
        _too_large()

    def one(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        argument = next(rest)
        if match[2] in "vs":
            return str(text_of(argument))
        if match[2] == "q":
            return values.dumps(text_of(argument))
        return f"%{match[1]}{match[2]}" % (int(argument) if match[2] == "d" else float(argument))

    return re.sub(r"%(?:%|([-+ 0#]*\d{0,3}(?:\.\d{1,3})?)([vsdqfgex]))", one, pattern)


def _lookup(map: Mapping[str, Any], key: str, *default: Any) -> Any:
    return map[key] if key in map or not default else default[0]


def _coalesce(*options: Any) -> Any:
    return next(option for option in options if option is not None and option != "")


def _flatten(items: list[Any]) -> list[Any]:
    return [leaf for item in items for leaf in (_flatten(item) if isinstance(item, list) else [item])]


def _tonumber(value: Any) -> Any:
    return values.loads(value) if isinstance(value, str) else value


def _keyed(items: list[Any]) -> dict[str, Any]:
    """Items by their JSON, since Python takes 1 for True."""
    return {values.dumps(item): item for item in items}


def _distinct(items: list[Any]) -> list[Any]:
    return [*_keyed(items).values()]


def _setintersection(first: list[Any], *others: list[Any]) -> list[Any]:
    found = [*map(_keyed, others)]
    return [item for key, item in _keyed(first).items() if all(key in each for each in found)]


def _setsubtract(first: list[Any], others: list[Any]) -> list[Any]:
    left_out = _keyed(others)
    return [item for key, item in _keyed(first).items() if key not in left_out]


def _decided(items: list[Any], by: bool) -> bool:
    """Whether one of these conditions is as `by`, which decides it; else the opposite.

    Raises:
        ValueError: none is, and one is not known.
    """
    known = [*map(boolean_of, items)]
    if by not in known and None in known:
        raise ValueError("an item is not known here")
    return by if by in known else not by


def _range(*bounds: int) -> list[int]:
    made = range(*bounds)
    if len(made) > 1024:
        raise ValueError("a range has 1024 numbers at most")  # Terraform's own limit
    return list(made)


def _indent(spaces: int, text: str) -> str:
    if spaces * (text.count("\n") + 1) > LARGEST:
        _too_large()
    return text.replace("\n", "\n" + " " * spaces)


def _yamldecode(text: str) -> Any:
    from pytest_sfn.asl import yaml_text  # only this function needs PyYAML

    reading = yaml_text.read(_source(text), Substitutions(None))
    if reading.problems:
        raise ValueError(reading.problems[0].message)
    return written(reading)


def _jsondecode(text: str) -> Any:
    value = values.loads(text)  # for its refusals: a text that is read in vain says why
    return written(json_text.read(_source(text), Substitutions(None))) if isinstance(value, (dict, list)) else value


def _source(text: str) -> Text:
    """A text for its reader, with the places of what it was made of."""
    return RenderedText(text.pieces) if isinstance(text, Rendered) else Text("", text)


def _slice(items: Any, begin: int, end: int) -> Any:
    if not 0 <= begin <= end <= len(items):
        raise ValueError("the list has no such part")
    return items[begin:end]


def _formatlist(pattern: str, *arguments: Any) -> list[str]:
    lists = [each for each in arguments if isinstance(each, list)]
    count = min(map(len, lists), default=1)
    return [_format(pattern, *(each[at] if isinstance(each, list) else each for each in arguments)) for at in range(count)]


def _setproduct(*lists: list[Any]) -> list[list[Any]]:
    size = 1
    for each in lists:
        size *= len(each)
    if size > LARGEST // 100:
        _too_large()
    return [[*each] for each in itertools.product(*lists)]


def _regex(pattern: str, text: str) -> Any:
    return next(iter(_regexall(pattern, text)))


def _regexall(pattern: str, text: str) -> list[Any]:
    import regex  # as in `_replace`

    try:
        found = [*regex.finditer(pattern, text, timeout=1)]
    except (regex.error, TimeoutError) as error:
        raise ValueError(f"the expression {pattern}: {error or 'it takes too long'}") from None
    return [each.groupdict() or [*each.groups()] or each[0] for each in found]


def _digest(name: str) -> Callable[[str], str]:
    return lambda text: hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()


def _cidrsubnet(prefix: str, bits: int, number: int) -> str:
    whole = ipaddress.ip_network(prefix, strict=False)
    length = whole.prefixlen + bits
    if not whole.prefixlen <= length <= whole.max_prefixlen or not 0 <= number < 2**bits:
        raise ValueError("the network has no such part")
    return f"{whole.network_address + (number << (whole.max_prefixlen - length))}/{length}"


def _uuidv5(space: str, name: str) -> str:
    spaces = {"dns": uuid.NAMESPACE_DNS, "url": uuid.NAMESPACE_URL, "oid": uuid.NAMESPACE_OID, "x500": uuid.NAMESPACE_X500}
    return str(uuid.uuid5(spaces.get(space) or uuid.UUID(space), name))


FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "abs": abs,
    "alltrue": lambda items: _decided(items, by=False),
    "anytrue": lambda items: _decided(items, by=True),
    "abspath": str,
    "base64decode": lambda text: base64.b64decode(text).decode(),
    "base64encode": lambda text: base64.b64encode(text.encode()).decode(),
    "base64sha256": lambda text: base64.b64encode(hashlib.sha256(text.encode()).digest()).decode(),
    "basename": lambda path: PurePosixPath(path).name,
    "ceil": math.ceil,
    "chomp": lambda text: text.rstrip("\r\n"),
    "chunklist": lambda items, size: [items[at : at + size] for at in range(0, len(items), size)],
    "cidrhost": lambda prefix, number: str(ipaddress.ip_network(prefix, strict=False)[number]),
    "cidrsubnet": _cidrsubnet,
    "coalesce": _coalesce,
    "coalescelist": lambda *lists: next(each for each in lists if each),
    "compact": lambda items: [item for item in items if item],
    "concat": lambda *lists: [item for each in lists for item in each],
    "contains": lambda items, value: any(values.json_equal(item, value) for item in items),
    "csvdecode": lambda text: [*csv.DictReader(text.splitlines())],
    "dirname": lambda path: str(PurePosixPath(path).parent),
    "distinct": _distinct,
    "element": lambda items, index: items[index % len(items)],
    "endswith": lambda text, end: text.endswith(end),
    "flatten": _flatten,
    "floor": math.floor,
    "format": _format,
    "formatlist": _formatlist,
    "indent": _indent,
    "join": _join,
    "index": lambda items, value: next(at for at, item in enumerate(items) if values.json_equal(item, value)),
    "jsondecode": _jsondecode,
    "keys": sorted,
    "length": len,
    "lookup": _lookup,
    "lower": str.lower,
    "max": max,
    "md5": _digest("md5"),
    "merge": _merge,
    "min": min,
    "nonsensitive": lambda value: value,
    "one": lambda items: items[0] if items else None,
    "range": _range,
    "regex": _regex,
    "regexall": _regexall,
    "replace": _replace,
    "reverse": lambda items: items[::-1],
    "sensitive": lambda value: value,
    "setintersection": _setintersection,
    "setproduct": _setproduct,
    "setsubtract": _setsubtract,
    "sha1": _digest("sha1"),
    "sha256": _digest("sha256"),
    "slice": _slice,
    "setunion": lambda *lists: _distinct([item for each in lists for item in each]),
    "sort": sorted,
    "split": lambda separator, text: text.split(separator),
    "startswith": lambda text, start: text.startswith(start),
    "strcontains": lambda text, part: part in text,
    "strrev": lambda text: text[::-1],
    "sum": sum,
    "substr": lambda text, offset, length: text[offset:] if length < 0 else text[offset : offset + length],
    "title": str.title,
    "tobool": lambda value: {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value,
    "tolist": lambda value: value if isinstance(value, WrittenList) else list(value),
    "tomap": lambda value: value,
    "tonumber": _tonumber,
    "toset": lambda value: set_of(list(value)),
    "tostring": text_of,
    "trim": lambda text, characters: text.strip(characters),
    "trimprefix": lambda text, prefix: text.removeprefix(prefix),
    "trimspace": str.strip,
    "trimsuffix": lambda text, suffix: text.removesuffix(suffix),
    "upper": str.upper,
    "uuidv5": _uuidv5,
    "urlencode": lambda text: quote_plus(text, safe="-_.~"),
    "values": lambda map: [map[key] for key in sorted(map)],
    "yamldecode": _yamldecode,
    "zipmap": lambda keys, items: dict(zip(keys, items, strict=True)),
}
"""By name: those that only compute. Functions that read files, and `jsonencode`, are in terraform_module.py."""

KNOWN_FUNCTIONS: Final = frozenset(FUNCTIONS) | {
    "base64gzip", "base64sha512", "bcrypt", "can", "chunklist", "cidrhost", "cidrnetmask", "cidrsubnet",
    "cidrsubnets", "convert", "csvdecode", "ephemeralasnull", "file", "filebase64", "filebase64sha256",
    "filebase64sha512", "fileexists", "filemd5", "fileset", "filesha1", "filesha256", "filesha512", "formatdate",
    "issensitive", "jsonencode", "list", "log", "map", "matchkeys", "parseint", "pathexpand", "plantimestamp", "pow",
    "rsadecrypt", "sha512", "signum", "templatefile", "templatestring", "textdecodebase64", "textencodebase64",
    "timeadd", "timecmp", "timestamp", "transpose", "try", "type", "urldecode", "uuid", "uuidv5", "yamlencode",
}  # fmt: skip
"""All that Terraform has, whether they are evaluated or not."""
