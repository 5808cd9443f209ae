"""JSONata's built-in functions.

A module is imported when an expression first uses a function of it: most expressions need one or two, and dates,
pictures and regular expressions take longest to import.
"""

from __future__ import annotations

from typing import Final

__all__ = ["CALLED_WITH_NOTHING", "FUNCTIONS"]

ARRAYS = "pytest_sfn.jsonata.library.arrays"
DATES = "pytest_sfn.jsonata.library.dates"
ENCODING = "pytest_sfn.jsonata.library.encoding"
HIGHER_ORDER = "pytest_sfn.jsonata.library.higher_order"
INTEGERS = "pytest_sfn.jsonata.library.integers"
NUMBERS = "pytest_sfn.jsonata.library.numbers"
OBJECTS = "pytest_sfn.jsonata.library.objects"
PICTURES = "pytest_sfn.jsonata.library.pictures"
REGEXES = "pytest_sfn.jsonata.library.regexes"
STRINGS = "pytest_sfn.jsonata.library.strings"

FUNCTIONS: Final[dict[str, tuple[str, str, str] | tuple[str, str, str, int]]] = {
    "string": (STRINGS, "string", "<x-b?:s>", 1),
    "substring": (STRINGS, "substring", "<s-nn?:s>"),
    "substringBefore": (STRINGS, "substring_before", "<s-s:s>"),
    "substringAfter": (STRINGS, "substring_after", "<s-s:s>"),
    "lowercase": (STRINGS, "lowercase", "<s-:s>"),
    "uppercase": (STRINGS, "uppercase", "<s-:s>"),
    "length": (STRINGS, "length", "<s-:n>"),
    "trim": (STRINGS, "trim", "<s-:s>"),
    "pad": (STRINGS, "pad", "<s-ns?:s>"),
    "contains": (STRINGS, "contains", "<s-(sf):b>"),
    "replace": (STRINGS, "replace", "<s-(sf)(sf)n?:s>"),
    "split": (STRINGS, "split", "<s-(sf)n?:a<s>>"),
    "join": (STRINGS, "join", "<a<s>s?:s>"),
    "match": (REGEXES, "match", "<s-f<s:o>n?:a<o>>"),
    "base64encode": (ENCODING, "base64_encode", "<s-:s>"),
    "base64decode": (ENCODING, "base64_decode", "<s-:s>"),
    "encodeUrlComponent": (ENCODING, "encode_url_component", "<s-:s>"),
    "encodeUrl": (ENCODING, "encode_url", "<s-:s>"),
    "decodeUrlComponent": (ENCODING, "decode_url_component", "<s-:s>"),
    "decodeUrl": (ENCODING, "decode_url", "<s-:s>"),
    "number": (NUMBERS, "to_number", "<(nsb)-:n>"),
    "floor": (NUMBERS, "floor", "<n-:n>"),
    "ceil": (NUMBERS, "ceil", "<n-:n>"),
    "abs": (NUMBERS, "absolute", "<n-:n>"),
    "round": (NUMBERS, "round_", "<n-n?:n>"),
    "sqrt": (NUMBERS, "sqrt", "<n-:n>"),
    "power": (NUMBERS, "power", "<n-n:n>"),
    "random": (NUMBERS, "random", "<:n>"),
    "sum": (NUMBERS, "total", "<a<n>:n>"),
    "average": (NUMBERS, "average", "<a<n>:n>"),
    "max": (NUMBERS, "largest", "<a<n>:n>"),
    "min": (NUMBERS, "smallest", "<a<n>:n>"),
    "boolean": (NUMBERS, "boolean", "<x-:b>"),
    "not": (NUMBERS, "negation", "<x-:b>"),
    "formatBase": (NUMBERS, "format_base", "<n-n?:s>"),
    "formatNumber": (PICTURES, "format_number", "<n-so?:s>"),
    "formatInteger": (INTEGERS, "format_integer", "<n-s:s>"),
    "parseInteger": (INTEGERS, "parse_integer", "<s-s:n>"),
    "count": (ARRAYS, "count", "<a:n>"),
    "append": (ARRAYS, "append", "<xx:a>"),
    "reverse": (ARRAYS, "reverse", "<a:a>"),
    "shuffle": (ARRAYS, "shuffle", "<a:a>"),
    "distinct": (ARRAYS, "distinct", "<x:x>"),
    "sort": (ARRAYS, "sort", "<af?:a>"),
    "zip": (ARRAYS, "zipped", "<a+>", 0),
    "map": (HIGHER_ORDER, "map_", "<af>"),
    "filter": (HIGHER_ORDER, "filter_", "<af>"),
    "single": (HIGHER_ORDER, "single", "<af?>"),
    "reduce": (HIGHER_ORDER, "reduce", "<afj?:j>"),
    "each": (HIGHER_ORDER, "map_", "<o-f:a>"),
    "sift": (HIGHER_ORDER, "sift", "<o-f?:o>"),
    "keys": (OBJECTS, "keys", "<x-:a<s>>"),
    "lookup": (OBJECTS, "lookup", "<x-s:x>"),
    "spread": (OBJECTS, "spread", "<x-:a<o>>"),
    "merge": (OBJECTS, "merge", "<a<o>:o>"),
    "clone": (OBJECTS, "clone", "<(oa)-:o>"),
    "exists": (OBJECTS, "exists", "<x:b>"),
    "type": (OBJECTS, "type_", "<x:s>"),
    "error": (OBJECTS, "error", "<s?:x>", 1),
    "assert": (OBJECTS, "assert_", "<bs?:x>", 2),
    "toMillis": (DATES, "to_millis", "<s-s?:n>"),
    "fromMillis": (DATES, "from_millis", "<n-s?s?:s>"),
    "now": (DATES, "now", "<s?s?:s>"),
    "millis": (DATES, "millis", "<:n>"),
}
"""By name: module, function, signature, and its arity where Python's differs.

The arity decides how many of (value, index, whole) `$map` and its like hand to a built-in function given by name.
"""
CALLED_WITH_NOTHING: Final = frozenset(("append", "assert", "count", "error", "exists", "now", "zip"))
"""Every other function gives nothing where its first argument is nothing, and is not called."""
