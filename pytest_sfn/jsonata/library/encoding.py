"""Base64 and the escapes of URLs."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

from pytest_sfn.jsonata.errors import JsonataError
from pytest_sfn.jsonata.values import Value, whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_sfn.jsonata.evaluation import Evaluation

__all__ = ["base64_decode", "base64_encode", "decode_url", "decode_url_component", "encode_url", "encode_url_component"]

_COMPONENT: Final = "-_.!~*'()"
_RESERVED: Final = ";/?:@&=+$,#"
_RESERVED_ESCAPE: Final = re.compile("%(2[346BbCcFf]|3[ABDFabdf]|40)")
_ESCAPES: Final = re.compile("((?:%[0-9A-Fa-f]{2})+)")


def base64_encode(run: Evaluation, text: Value) -> Value:
    """`$base64encode`: each UTF-16 unit is a byte; what does not fit into one is cut off."""
    run.fits(4 * len(text) // 3)
    run.scan(text)
    return base64.b64encode(text.encode("utf-16-le", "surrogatepass")[::2]).decode("ascii")


def base64_decode(run: Evaluation, text: Value) -> Value:
    """`$base64decode`: each byte is a character. What is no digit is left out; the first `=` ends it."""
    run.scan(text)
    digits = re.sub("[^A-Za-z0-9+/]", "", text.split("=")[0].replace("-", "+").replace("_", "/"))
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return base64.b64decode(digits + "=" * (-len(digits) % 4)).decode("latin-1")


def _encoder(name: str, safe: str) -> Callable[[Evaluation, Value], Value]:
    def encode(run: Evaluation, text: Value) -> Value:
        run.step(12 + (len(text) >> 3))
        run.text(len(text) if text.isalnum() and text.isascii() else 9 * len(text))
        try:
            return quote(whole(text), safe=safe)
        except UnicodeEncodeError:
            raise JsonataError("D3140", value=text, function_name=name) from None

    return encode


def _decoder(name: str, unescaped: Callable[[str], str]) -> Callable[[Evaluation, Value], Value]:
    def decode(run: Evaluation, text: Value) -> Value:
        run.step(12 + len(text))
        pieces = _ESCAPES.split(text)
        try:
            if any("%" in piece for piece in pieces[::2]):
                raise ValueError
            for index in range(1, len(pieces), 2):
                pieces[index] = unescaped(pieces[index])
        except ValueError:
            raise JsonataError("D3140", value=text, function_name=name) from None
        return whole("".join(pieces))

    return decode


encode_url = _encoder("encodeUrl", _COMPONENT + _RESERVED)
encode_url_component = _encoder("encodeUrlComponent", _COMPONENT)
decode_url_component = _decoder("decodeUrlComponent", lambda escapes: unquote(escapes, errors="strict"))
decode_url = _decoder(  # the escapes of characters that have a meaning in a URL stay
    "decodeUrl", lambda escapes: unquote(_RESERVED_ESCAPE.sub(r"%25\1", escapes), errors="strict")
)
