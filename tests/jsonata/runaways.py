"""Random expressions that grow: loops around functions that make values larger, several of them inside one another.

`python -m tests.jsonata.runaways COUNT SEED` evaluates COUNT of them, each in a process of its own, and prints those that take
more than 2 s of processor time or 300 MB, or end in a way that an evaluation must not end.
"""

from __future__ import annotations

import os
import random
import re
import resource
import sys
import time
from typing import Any, Final

from pytest_sfn import jsonata

__all__ = ["DATA", "Runaways", "ending"]

DATA: Final[dict[str, Any]] = {
    "big": "a" * 1_000_000,
    "wide": {f"k{n}": n for n in range(5000)},
    "list": [{"id": n, "name": f"n{n}", "sub": [{"v": n}, {"v": n + 1}]} for n in range(2000)],
    "nums": list(range(10_000)),
    "deep": {"a": {"b": [{"c": [1, 2, {"d": "é😀" * 1000}]}] * 50}},
}
LIMITS: Final = jsonata.Limits(depth=100, value=873_782 * 8)

TEXTS: Final = (
    *(
        "$join([{t}, {t}], {t})",
        "({t} & {t})",
        "$string({a})",
        "$string({a}, true)",
        "$base64encode({t})",
        "$base64decode({t})",
    ),
    *("$pad({t}, {n}, {t})", "$uppercase({t})", "$lowercase({t})", "$trim({t})", "$replace({t}, {s}, {t})", "$encodeUrl({t})"),
    *("$replace({t}, /{r}/, {t})", "$replace({t}, /{r}/, '$0$0')", "$substringBefore({t}, {s})", "$substringAfter({t}, {s})"),
    *(
        "$encodeUrlComponent({t})",
        "$decodeUrl({t})",
        "$formatNumber({n}, {p})",
        "$formatInteger({n}, {p})",
        "$fromMillis({n}, {p})",
    ),
    *(
        "$formatBase({n}, 2)",
        "$substring({t}, {n}, {n})",
        "$map({a}, function($v, $i) { {t} })[0]",
        "$join($split({t}, {s}), {t})",
    ),
)
ARRAYS: Final = (
    *(
        "$append({a}, {a})",
        "[{a}, {a}]",
        "[[{a}], [{a}]]",
        "$reverse({a})",
        "$sort({a})",
        "$sort({a}, function($l, $r) { {b} })",
    ),
    *(
        "$distinct({a})",
        "$zip({a}, {a})",
        "$shuffle({a})",
        "$spread({a})",
        "$keys({o})",
        "$split({t}, {s})",
        "$split({t}, /{r}/)",
    ),
    *("$match({t}, /{r}/)", "$map({a}, function($v, $i) { {x} })", "$filter({a}, function($v, $i) { {b} })", "[1..{n}]"),
    *(
        "$each({o}, function($v, $i) { {x} })",
        "{a}.**",
        "{o}.**",
        "{a}.*",
        "{a}[{b}]",
        "{a}^($)",
        "{a}.({x})",
        "{a}#$p.[$p, {x}]",
    ),
    *(
        "{a}@$x.({a})@$y.[$x, $y]",
        "[{n}..{n}].({x})",
        "$$.list.sub.v.%.%",
        "{a}[[1..{n}]]",
        "$lookup({a}, 'a')",
        "{a} ~> $map($string)",
    ),
)
OBJECTS: Final = (
    *(
        "{'a': {x}, 'b': {x}}",
        "$merge([{o}, {o}])",
        "{a}{$string($): {x}}",
        "$sift({o}, function($v, $k) { {b} })",
        "$clone({o})",
    ),
    *("$merge({a}.{$string($): {x}})", "({o} ~> |$|{'c': {x}}|)", "({o} ~> |**|{'c': {x}}|)", "$$.wide", "$$.deep"),
)
BOOLEANS: Final = (
    "({x} = {x})",
    "({x} in {a})",
    "$contains({t}, {s})",
    "$contains({t}, /{r}/)",
    "({t} < {t})",
    "$boolean({x})",
    "$not({a})",
)
LOOPS: Final = (
    *("$reduce([1..{m}], function($x, $i) { {t} }, {t})", "$reduce([1..{m}], function($x, $i) { {a} }, {a})"),
    *("$reduce([1..{m}], function($x, $i) { {o} }, {o})", "$map([1..{m}], function($i) { {x} })", "[1..{m}].({x})"),
    *(
        "($f := function($x) { $f({x}) }; $f({x}))",
        "($f := function($x, $n) { $n = 0 ? $x : $f({x}, $n - 1) }; $f({x}, {m}))",
    ),
    *("$count($map([1..{m}], function($i) { $count({a}) }))", "$map([1..{m}], function($i) { $eval('{n} + 1') })"),
    *("($x := {x}; $map([1..{m}], function($i) { {b} }))", "$filter([1..{m}], function($i) { {b} })", "[1..{m}][{b}]"),
)
SMALL: Final[dict[str, tuple[str, ...]]] = {
    "t": ("$$.big", "'xxxxxxxxxxxxxxxx'", "'é😀'", "$string($x)", "$string($i)", "$$.list[3].name"),
    "a": ("[1, 2, 3]", "$$.nums", "$$.list", "[$x]", "$x", "[1..{n}]", "['a', 'b']", "[]"),
    "o": ("{'a': 1}", "$$.wide", "$$.list[1]", "{'a': $x}"),
    "b": ("true", "$x = $i", "$ = 3"),
    "x": ("$x", "$i", "1", "'a'", "$$.list", "null"),
    "n": ("2", "17", "1000", "100000", "$i", "-3"),
    "m": ("3", "40", "1000", "100000", "1000000"),
    "s": ("'a'", "'x'", "''", "$pad('', 5000, 'a')", "$$.big"),
    "r": ("a", "a*?b|a", "(a)(a)", "[^,]+", "(?:)|x", "(a|aa)+$"),
    "p": ("'w'", "'0'", "'#,##0.00'", "'[Y]-[M01]'", "'0.0e0'", "'I'", "$pad('', 1000, '0')", "'[Y,' & $i & ']'"),
}
LARGER: Final = {"t": TEXTS, "a": ARRAYS, "o": OBJECTS, "b": BOOLEANS, "x": (*TEXTS, *ARRAYS, *OBJECTS)}


class Runaways:
    """Makes the expressions of a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def expression(self) -> str:
        """Another one."""
        return self._filled(self._random.choice(LOOPS), self._random.choice((2, 3, 3, 4)))

    def _filled(self, template: str, depth: int) -> str:
        choose = self._random.choice

        def fill(match: re.Match[str]) -> str:
            kind = match[1]
            choices = SMALL[kind]
            if kind == "x" and depth > 1 and self._random.random() < 0.2:
                choices = LOOPS
            elif kind in LARGER and depth > 0 and self._random.random() < 0.7:
                choices = LARGER[kind]
            return self._filled(choose(choices), depth - 1)

        return re.sub(r"\{([a-z])\}", fill, template)


def ending(text: str, limits: jsonata.Limits = LIMITS) -> str:
    """How an evaluation of the expression ends: `value`, the limit, `clock` or `error`; other exceptions are let through."""
    try:
        jsonata.Expression(text)(DATA, limits=limits)
    except jsonata.LimitError as error:
        return error.limit
    except jsonata.EvaluationTimeoutError as error:
        return "clock" if error.seconds == limits.seconds else "search"
    except jsonata.JsonataError:
        return "error"
    return "value"


def _measure(text: str) -> None:
    """Evaluate in this process, which is a new one, and print what is out of bounds."""
    started = time.process_time()
    try:
        said = ending(text)
    except BaseException as error:  # noqa: BLE001 - each is a finding
        said = repr(error)
    seconds = time.process_time() - started
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    if seconds > 2 or megabytes > 300 or said not in ("value", "error", "steps", "bytes", "depth", "search"):
        print(f"{said:8} {seconds:5.1f} s {megabytes:4} MB  {text}", flush=True)


if __name__ == "__main__":
    runaways = Runaways(int(sys.argv[2]))
    for _ in range(int(sys.argv[1])):
        expression = runaways.expression()
        if (child := os.fork()) == 0:
            resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
            resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
            _measure(expression)
            os._exit(0)
        if os.waitpid(child, 0)[1]:
            print(f"killed   {expression}", flush=True)
