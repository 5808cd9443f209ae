"""JSONata's built-in functions.

A module is imported when an expression first uses a function of it: most expressions need one or two, and dates,
pictures and regular expressions take longest to import.
"""

from __future__ import annotations

from typing import Final

__all__ = ["FUNCTIONS"]

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

FUNCTIONS: Final[dict[str, tuple[str, str, str, bool] | tuple[str, str, str, bool, int]]] = {
    "string": (STRINGS, "string", "<x-b?:s>", True, 1),
    "substring": (STRINGS, "substring", "<s-nn?:s>", True),
    "substringBefore": (STRINGS, "substring_before", "<s-s:s>", True),
    "substringAfter": (STRINGS, "substring_after", "<s-s:s>", True),
    "lowercase": (STRINGS, "lowercase", "<s-:s>", True),
    "uppercase": (STRINGS, "uppercase", "<s-:s>", True),
    "length": (STRINGS, "length", "<s-:n>", False),
    "trim": (STRINGS, "trim", "<s-:s>", True),
    "pad": (STRINGS, "pad", "<s-ns?:s>", True),
    "contains": (STRINGS, "contains", "<s-(sf):b>", True),
    "replace": (STRINGS, "replace", "<s-(sf)(sf)n?:s>", True),
    "split": (STRINGS, "split", "<s-(sf)n?:a<s>>", True),
    "join": (STRINGS, "join", "<a<s>s?:s>", True),
    "match": (REGEXES, "match", "<s-f<s:o>n?:a<o>>", True),
    "base64encode": (ENCODING, "base64_encode", "<s-:s>", True),
    "base64decode": (ENCODING, "base64_decode", "<s-:s>", True),
    "encodeUrlComponent": (ENCODING, "encode_url_component", "<s-:s>", True),
    "encodeUrl": (ENCODING, "encode_url", "<s-:s>", True),
    "decodeUrlComponent": (ENCODING, "decode_url_component", "<s-:s>", True),
    "decodeUrl": (ENCODING, "decode_url", "<s-:s>", True),
    "number": (NUMBERS, "to_number", "<(nsb)-:n>", False),
    "floor": (NUMBERS, "floor", "<n-:n>", False),
    "ceil": (NUMBERS, "ceil", "<n-:n>", False),
    "abs": (NUMBERS, "absolute", "<n-:n>", False),
    "round": (NUMBERS, "round_half_even", "<n-n?:n>", False),
    "sqrt": (NUMBERS, "sqrt", "<n-:n>", False),
    "power": (NUMBERS, "power", "<n-n:n>", False),
    "random": (NUMBERS, "random", "<:n>", True),
    "sum": (NUMBERS, "total", "<a<n>:n>", True),
    "average": (NUMBERS, "average", "<a<n>:n>", True),
    "max": (NUMBERS, "largest", "<a<n>:n>", True),
    "min": (NUMBERS, "smallest", "<a<n>:n>", True),
    "boolean": (NUMBERS, "boolean", "<x-:b>", True),
    "not": (NUMBERS, "negation", "<x-:b>", True),
    "formatBase": (NUMBERS, "format_base", "<n-n?:s>", False),
    "formatNumber": (PICTURES, "format_number", "<n-so?:s>", True),
    "formatInteger": (INTEGERS, "format_integer", "<n-s:s>", True),
    "parseInteger": (INTEGERS, "parse_integer", "<s-s:n>", True),
    "count": (ARRAYS, "count", "<a:n>", False),
    "append": (ARRAYS, "append", "<xx:a>", True),
    "reverse": (ARRAYS, "reverse", "<a:a>", True),
    "shuffle": (ARRAYS, "shuffle", "<a:a>", True),
    "distinct": (ARRAYS, "distinct", "<x:x>", True),
    "sort": (ARRAYS, "sort", "<af?:a>", True),
    "zip": (ARRAYS, "zipped", "<a+>", True, 0),
    "map": (HIGHER_ORDER, "map_", "<af>", True),
    "filter": (HIGHER_ORDER, "filter_", "<af>", True),
    "single": (HIGHER_ORDER, "single", "<af?>", True),
    "reduce": (HIGHER_ORDER, "reduce", "<afj?:j>", True),
    "each": (HIGHER_ORDER, "each", "<o-f:a>", True),
    "sift": (HIGHER_ORDER, "sift", "<o-f?:o>", True),
    "keys": (OBJECTS, "keys", "<x-:a<s>>", True),
    "lookup": (OBJECTS, "lookup", "<x-s:x>", True),
    "spread": (OBJECTS, "spread", "<x-:a<o>>", True),
    "merge": (OBJECTS, "merge", "<a<o>:o>", True),
    "clone": (OBJECTS, "clone", "<(oa)-:o>", True),
    "exists": (OBJECTS, "exists", "<x:b>", False),
    "type": (OBJECTS, "type_", "<x:s>", False),
    "error": (OBJECTS, "error", "<s?:x>", False, 1),
    "assert": (OBJECTS, "assert_", "<bs?:x>", False, 2),
    "toMillis": (DATES, "to_millis", "<s-s?:n>", True),
    "fromMillis": (DATES, "from_millis", "<n-s?s?:s>", True),
    "now": (DATES, "now", "<s?s?:s>", True),
    "millis": (DATES, "millis", "<:n>", True),
}
"""By name: module, function, signature, whether it takes the evaluation first, and its arity where Python's differs.

The arity decides how many of (value, index, whole) `$map` and its like hand to a built-in function given by name.
"""
