"""The string functions, and how a regular expression or a user's matcher function is followed from match to match."""

from __future__ import annotations

import base64
import json
import math
import re
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from pytest_sfn.expressions.jsonata.errors import JsonataError
from pytest_sfn.expressions.jsonata.values import NULL, JList, is_function, is_number, sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "COMPONENT_CHARACTERS",
    "URL_CHARACTERS",
    "base64_decode",
    "base64_encode",
    "contains",
    "decode_url",
    "encode_url",
    "join",
    "match",
    "number_text",
    "pad",
    "replace",
    "shortened",
    "split",
    "string",
    "stringify",
    "substring",
    "substring_after",
    "substring_before",
    "trim",
]

Evaluator = Any
"""`engine.Evaluator`; it imports this module."""


_FIFTEEN = Context(15, ROUND_HALF_UP)


def shortened(value: float) -> float:
    """A number cut to 15 significant digits, which hides what binary fractions do to decimal ones."""
    return float(_FIFTEEN.create_decimal_from_float(float(value)))


def number_text(value: float) -> str:
    """A number as JavaScript writes it: exponents from 1e21 up and below 1e-6 only."""
    if value.__class__ is not int or not -(1 << 53) <= value <= 1 << 53:
        value = float(value)
        if math.isinf(value) or value != value:
            return "null"
        if not value.is_integer() or abs(value) >= 1e21:
            sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
            assert isinstance(exponent, int)
            text = "".join(map(str, digits))
            point = len(text) + exponent
            if -6 < point <= 0:
                text = "0." + "0" * -point + text
            elif 0 < point <= 21:
                text = text[:point] + "." + text[point:]
            else:
                text = text[0] + ("." + text[1:] if len(text) > 1 else "") + ("e+" if point > 0 else "e-") + str(abs(point - 1))
            return "-" + text if sign else text
        value = int(Decimal(repr(value)))
    return str(int(value))


def _quote(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return quoted if quoted.isascii() else re.sub("[\ud800-\udfff]", lambda m: f"\\u{ord(m[0]):04x}", quoted)


def stringify(value: Any, indent: str = "", margin: str = "\n") -> str:
    """JSON text as `JSON.stringify` writes it, numbers cut to 15 significant digits, functions as ""."""
    if isinstance(value, str):
        return _quote(value)
    if value is None or value is NULL:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        if value != value:
            return "null"
        if not is_number(value):
            raise JsonataError("D1001", value=value)
        if value.__class__ is int and -(10**15) < value < 10**15:
            return str(value)
        return number_text(shortened(value))
    inner = margin + indent
    separator = "," + inner if indent else ","
    if isinstance(value, list):
        items = [stringify(item, indent, inner) for item in value]
        opening, closing = "[", "]"
    elif isinstance(value, dict):
        colon = ": " if indent else ":"
        items = [_quote(key) + colon + stringify(item, indent, inner) for key, item in value.items() if item is not None]
        opening, closing = "{", "}"
    else:
        return '""'
    if not indent or not items:
        return opening + ",".join(items) + closing
    return opening + inner + separator.join(items) + margin + closing


def string(value: Any, prettify: Any = None) -> Any:
    if value is None or value.__class__ is str:
        return value
    if is_function(value):
        return ""
    if isinstance(value, float) and not math.isfinite(value):
        raise JsonataError("D3001", value=value)
    if isinstance(value, JList) and value.outer_wrapper:
        value = value[0]
    return stringify(value, "  " if prettify else "")


def substring(text: Any, start: Any, length: Any = None) -> Any:
    if text is None:
        return None
    if start is None:
        return text if length is None else ""
    if len(text) + start < 0:
        start = 0
    if length is None:
        return text[math.trunc(start) :]
    if length <= 0:
        return ""
    end = start + length if start >= 0 else len(text) + start + length
    return text[math.trunc(start) : math.trunc(end)]


def substring_before(text: Any, chars: Any) -> Any:
    return text if text is None or chars is None else text.partition(chars)[0] if chars else ""


def substring_after(text: Any, chars: Any) -> Any:
    if text is None or chars is None:
        return text
    index = text.find(chars)
    return text if index < 0 else text[index + len(chars) :]


def trim(text: Any) -> Any:
    if not text:
        return text
    text = re.sub("[ \t\n\r]+", " ", text)
    return text[text[0] == " " : len(text) - (len(text) > 1 and text[-1] == " ")]


def pad(ev: Evaluator, text: Any, width: Any, char: Any = None) -> Any:
    if text is None or width is None:
        return text
    char = char or " "
    missing = int(abs(width)) - len(text)
    if missing <= 0:
        return text
    ev.hold(missing)
    padding = (char * (missing // len(char) + 1))[:missing]
    return text + padding if width > 0 else padding + text


def _matches(ev: Evaluator, matcher: Any, text: str) -> Iterator[dict[str, Any]]:
    """What a regular expression or a user's matcher function finds, one after the other."""
    found = ev.invoke(matcher, [text])
    while found is not None:
        if not isinstance(found, dict) or not (
            is_number(found.get("start"))
            or is_number(found.get("end"))
            or isinstance(found.get("groups"), list)
            or is_function(found.get("next"))
        ):
            raise JsonataError("T1010")
        yield found
        following = found.get("next")
        found = ev.invoke(following, []) if following is not None else None


def _limited(matches: Iterator[Any], limit: Any) -> Iterator[Any]:
    count = 0
    match = next(matches, None)
    while match is not None and (limit is None or count < limit):
        yield match
        match = next(matches, None)  # one more than wanted, as in the reference: it may be an error
        count += 1


def match(ev: Evaluator, text: Any, matcher: Any, limit: Any = None) -> Any:
    if text is None:
        return None
    if limit is not None and limit < 0:
        raise JsonataError("D3040", value=limit, index=3)
    return sequence(
        {"match": m.get("match"), "index": m.get("start"), "groups": m.get("groups")}
        for m in _limited(_matches(ev, matcher, text), limit)
    )


def contains(ev: Evaluator, text: Any, token: Any) -> Any:
    if text is None or token is None:
        return None if text is None else "undefined" in text
    if isinstance(token, str):
        return token in text
    return next(_matches(ev, token, text), None) is not None


def _substitute(template: str, found: dict[str, Any]) -> str:
    """`$1`, `$0` and `$$` of a replacement text; `$12` is group 1 and "2" where there are fewer than 12 groups."""
    groups = found["groups"]
    most = len(str(len(groups))) if groups else 1
    parts = []
    position = 0
    while (index := template.find("$", position)) != -1:
        parts.append(template[position:index])
        position = index + 1
        following = template[position : position + 1]
        if following == "$":
            parts.append("$")
            position += 1
        elif following == "0":
            parts.append(found["match"])
            position += 1
        else:
            digits = re.match("[0-9]*", template[position : position + most])[0]  # type: ignore[index]
            if len(digits) > 1 and int(digits) > len(groups):
                digits = digits[:-1]
            if not digits:
                parts.append("$")
                continue
            group = int(digits)
            if 0 < group <= len(groups) and groups[group - 1] is not None:
                parts.append(groups[group - 1])
            position += len(str(group))
    parts.append(template[position:])
    return "".join(parts)


def replace(ev: Evaluator, text: Any, pattern: Any, replacement: Any, limit: Any = None) -> Any:
    if text is None:
        return None
    if pattern == "":
        raise JsonataError("D3010", value=pattern, index=2)
    if limit is not None and limit < 0:
        raise JsonataError("D3011", value=limit, index=4)
    if isinstance(pattern, str) or pattern is None:
        if pattern is None or replacement is None:
            return text
        if not isinstance(replacement, str):
            raise JsonataError("D3012", value=replacement)
        return text.replace(pattern, replacement, -1 if limit is None else math.ceil(min(limit, len(text) + 1)))
    parts = []
    position = 0
    for found in _limited(_matches(ev, pattern, text), limit):
        parts.append(text[position : found["start"]])
        new = _substitute(replacement, found) if isinstance(replacement, str) else ev.invoke(replacement, [found])
        if not isinstance(new, str):
            raise JsonataError("D3012", value=new)
        parts.append(new)
        position = found["start"] + len(found["match"])
    return "".join(parts) + text[position:]


def split(ev: Evaluator, text: Any, separator: Any, limit: Any = None) -> Any:
    if text is None:
        return None
    if limit is not None and limit < 0:
        raise JsonataError("D3020", value=limit, index=3)
    if separator is None:
        return [text]
    if isinstance(separator, str):
        parts = text.split(separator) if separator else list(text)
        return parts if limit is None else parts[: math.trunc(limit)]
    parts = []
    start = 0
    for found in _limited(_matches(ev, separator, text), limit):
        parts.append(text[start : found["start"]])
        start = found["end"]
    if limit is None or len(parts) < limit:
        parts.append(text[start:])
    return parts


def join(parts: Any, separator: Any = None) -> Any:
    return None if parts is None else (separator or "").join("" if part is None else part for part in parts)


def base64_encode(text: Any) -> Any:
    """Each character is a byte; what does not fit into one is cut off."""
    return None if text is None else base64.b64encode(text.encode("utf-16-le", "surrogatepass")[::2]).decode("ascii")


def base64_decode(text: Any) -> Any:
    if text is None:
        return None
    digits = re.sub("[^A-Za-z0-9+/]", "", text.split("=")[0].translate({45: 43, 95: 47}))
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return base64.b64decode(digits + "=" * (-len(digits) % 4)).decode("latin-1")


COMPONENT_CHARACTERS = "-_.!~*'()"
URL_CHARACTERS = COMPONENT_CHARACTERS + ";,/?:@&=+$#"


def encode_url(text: Any, *, safe: str, name: str) -> Any:
    try:
        return None if text is None else quote(text, safe=safe)
    except UnicodeEncodeError:
        raise JsonataError("D3140", value=text, function_name=name) from None


def decode_url(text: Any, *, kept: str, name: str) -> Any:
    if text is None:
        return None
    pieces = re.split("((?:%[0-9A-Fa-f]{2})+)", text)
    try:
        if any("%" in piece for piece in pieces[::2]):
            raise ValueError
        for index in range(1, len(pieces), 2):
            decoded = unquote(pieces[index], errors="strict")
            if kept:  # decodeURI leaves the escapes of characters that have a meaning in a URL
                decoded = "".join(f"%{ord(char):02X}" if char in kept else char for char in decoded)
            pieces[index] = decoded
    except ValueError:
        raise JsonataError("D3140", value=text, function_name=name) from None
    return "".join(pieces)
