"""Random JSONata expressions, and data for them: mostly sensible, now and then not."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

__all__ = ["Generator"]

NAMES = ("a", "b", "c", "items", "price", "qty", "name", "tags", "`d e`", "nothing", "id")
VARIABLES = ("x", "y")
TEXTS = ("", "a", "abc", "Hello World", "a,b,c", "2018-03-27", "x-1", "ünï", "😀a", "12.5", "null")
NUMBERS = ("0", "1", "2", "-1", "3.5", "10", "1e3", "0.1", "1000000", "7", "255", "9007199254740993", "1.005")
BINARY = ("+", "-", "*", "/", "%", "=", "!=", "<", "<=", ">", ">=", "&", "in", "and", "or")
REGEXES = ("/a/", "/[a-z]+/", "/(a)(b)?/", "/B/i", "/\\d+/", "/l+/")
FUNCTIONS = {
    "sum": "N", "count": "A", "max": "N", "min": "N", "average": "N", "string": "X", "substring": "SNN", "length": "S",
    "substringBefore": "SS", "substringAfter": "SS", "lowercase": "S", "uppercase": "S", "trim": "S", "pad": "SN",
    "contains": "SS", "split": "SS", "join": "A", "replace": "SSS", "number": "S", "floor": "N", "ceil": "N", "round": "NN",
    "abs": "N", "sqrt": "N", "power": "Nn", "boolean": "X", "not": "X", "exists": "X", "keys": "O", "lookup": "OS",
    "spread": "O", "merge": "A", "append": "XX", "reverse": "A", "sort": "A", "distinct": "A", "zip": "AA", "type": "X",
    "map": "AF", "filter": "AP", "reduce": "AR", "each": "OF", "sift": "OP", "single": "AP", "match": "SM", "base64encode": "S",
    "encodeUrlComponent": "S", "formatBase": "NN", "formatNumber": "NS", "formatInteger": "NS", "toMillis": "S",
    "fromMillis": "N", "assert": "BS", "error": "S", "parseInteger": "SS", "eval": "S",
}  # fmt: skip
ODD = 0.04
"""How often an argument is of another kind than the function wants."""


class Generator:
    """Makes expressions from a seed."""

    def __init__(self, seed: int, names: Sequence[str] = NAMES) -> None:
        self._random = random.Random(seed)
        self._names = names

    def case(self) -> tuple[str, Any]:
        """An expression, and data for it."""
        return self.expression(self._random.randint(1, 4)), self.data(3)

    def data(self, depth: int) -> Any:
        """A JSON value; an object at the top, mostly."""
        rnd = self._random
        if depth == 3 and rnd.random() < 0.85:
            return {name.strip("`"): self.data(2) for name in self._names if name != "nothing" and rnd.random() < 0.8}
        kind = rnd.random()
        if depth and kind < 0.3:
            return {name.strip("`"): self.data(depth - 1) for name in self._some(4)}
        if depth and kind < 0.55:
            same = rnd.random() < 0.6
            if same and rnd.random() < 0.5:
                names = self._some(3)
                return [{name.strip("`"): self.scalar() for name in names} for _ in range(rnd.randint(0, 4))]
            if same:
                make = rnd.choice((self.number, self.text))
                return [make() for _ in range(rnd.randint(0, 4))]
            return [self.data(depth - 1) for _ in range(rnd.randint(0, 3))]
        return self.scalar()

    def _some(self, most: int) -> list[str]:
        """Some of the first names."""
        names = self._names[:8]
        return self._random.sample(names, min(len(names), self._random.randint(most == 3, most)))

    def scalar(self) -> Any:
        return self._random.choice(
            (self.number, self.number, self.text, self.text, lambda: True, lambda: False, lambda: None)
        )()

    def number(self) -> float:
        return self._random.choice((0, 1, 2, 3, 10, -4, 2.5, 0.1, 100, 1e21, 12345.678))

    def text(self) -> str:
        return self._random.choice(TEXTS)

    # Expressions

    def expression(self, depth: int) -> str:
        """Any expression."""
        rnd = self._random
        if depth <= 0:
            return self.leaf()
        makers = (
            *(self.path,) * 6,
            *(self.binary,) * 3,
            *(self.call,) * 5,
            self.array, self.object, self.condition, self.block, self.grouped, self.sorted, self.bound, self.applied,
            self.transform, self.lambda_, self.partial, self.parent, self.range, self.negative, self.leaf,
        )  # fmt: skip
        return rnd.choice(makers)(depth - 1)

    def leaf(self, depth: int = 0) -> str:
        rnd = self._random
        kinds = (
            *(lambda: rnd.choice(NAMES),) * 4,
            lambda: rnd.choice(NUMBERS), self.quoted,
            lambda: rnd.choice(("true", "false", "null", "$", "$$", "*", "**", "[]", "{}")),
            lambda: "$" + rnd.choice(VARIABLES),
        )  # fmt: skip
        return rnd.choice(kinds)()

    def quoted(self) -> str:
        return '"' + self.text() + '"'

    def path(self, depth: int) -> str:
        rnd = self._random
        parts = [rnd.choice((*NAMES, "$", "$$", "*", "**", "$x"))]
        for _ in range(rnd.randint(0, 2)):
            parts.append(rnd.choice((*NAMES, *NAMES, "*", f"({self.expression(depth)})", f"[{self.expression(depth)}]", "$")))
            if rnd.random() < 0.1:
                parts[-1] = f"$string({self.expression(depth)})"
        for index, part in enumerate(parts):
            chance = rnd.random()
            if chance < 0.15:
                parts[index] = f"{part}[{self.predicate(depth)}]"
            elif chance < 0.2:
                parts[index] = f"{part}[]"
            elif chance < 0.24:
                parts[index] = f"{part}#$i"
            elif chance < 0.28:
                parts[index] = f"{part}@$f"
        return ".".join(parts)

    def predicate(self, depth: int) -> str:
        rnd = self._random
        return rnd.choice((
            lambda: rnd.choice(("0", "1", "-1", "[0,1]", "$i", "1.7")),
            lambda: f"{rnd.choice(NAMES)} {rnd.choice(('=', '>', '<', '!=', 'in'))} {self.leaf()}",
            lambda: self.expression(depth),
            lambda: rnd.choice(NAMES),
        ))()  # fmt: skip

    def binary(self, depth: int) -> str:
        return f"({self.expression(depth)} {self._random.choice(BINARY)} {self.expression(depth)})"

    def array(self, depth: int) -> str:
        return "[" + ", ".join(self.expression(depth) for _ in range(self._random.randint(0, 3))) + "]"

    def object(self, depth: int) -> str:
        rnd = self._random
        keys = (self.quoted(), "name", "$string(price)", '"k"')
        return "{" + ", ".join(f"{rnd.choice(keys)}: {self.expression(depth)}" for _ in range(rnd.randint(0, 2))) + "}"

    def condition(self, depth: int) -> str:
        end = f" : {self.expression(depth)}" if self._random.random() < 0.8 else ""
        return f"({self.expression(depth)} ? {self.expression(depth)}{end})"

    def block(self, depth: int) -> str:
        return f"($x := {self.expression(depth)}; {self.expression(depth)})"

    def grouped(self, depth: int) -> str:
        return f"{self._random.choice(NAMES)}{self.object(depth)}"

    def sorted(self, depth: int) -> str:
        rnd = self._random
        return f"{rnd.choice(NAMES)}^({rnd.choice(('', '<', '>'))}{rnd.choice((*NAMES, '$'))})"

    def bound(self, depth: int) -> str:
        rnd = self._random
        marks = rnd.choice(("#$i", "@$f", "@$f#$i", "#$i[$i > 0]", "@$f.$f"))
        return f'{rnd.choice(NAMES)}{marks}.{{"i": $i, "f": $f, "v": {self.expression(depth)}}}'

    def parent(self, depth: int) -> str:
        rnd = self._random
        return f"{rnd.choice(NAMES)}.{rnd.choice(NAMES)}.{rnd.choice(('%', '%.' + rnd.choice(NAMES), '(%)', '[%, $]'))}"

    def applied(self, depth: int) -> str:
        rnd = self._random
        name, kinds = rnd.choice(list(FUNCTIONS.items()))
        others = ", ".join(self.argument(kind, depth) for kind in kinds[1:])
        return f"{self.expression(depth)} ~> ${name}" + (f"({others})" if others or rnd.random() < 0.5 else "")

    def transform(self, depth: int) -> str:
        rnd = self._random
        delete = rnd.choice(("", "", ', "name"', ', ["a", "b"]'))
        return f"$ ~> |{rnd.choice((*NAMES, '**', '$'))}|{self.object(depth)}{delete}|"

    def lambda_(self, depth: int) -> str:
        rnd = self._random
        signature = rnd.choice(("", "", "<n:n>", "<s-:s>", "<a:x>", "<x?:x>"))
        return f"(function($x){signature}{{{self.expression(depth)}}})({self.expression(depth)})"

    def partial(self, depth: int) -> str:
        return f"($p := $substring(?, {self._random.choice(NUMBERS[:4])}); $p({self.quoted()}))"

    def range(self, depth: int) -> str:
        rnd = self._random
        return f"[{rnd.choice(('0', '1', '-2', 'price', '1.5'))}..{rnd.choice(('0', '1', '3', 'qty', '$count(items)'))}]"

    def negative(self, depth: int) -> str:
        return f"-{self.leaf()}"

    def call(self, depth: int) -> str:
        rnd = self._random
        name, kinds = rnd.choice(list(FUNCTIONS.items()))
        if rnd.random() < ODD:
            kinds += "X"
        elif rnd.random() < 2 * ODD:
            kinds = kinds[:-1]
        return f"${name}(" + ", ".join(self.argument(kind, depth) for kind in kinds) + ")"

    def argument(self, kind: str, depth: int) -> str:
        rnd = self._random
        if rnd.random() < ODD:
            kind = "X"
        makers = {
            "X": lambda: self.expression(depth),
            "N": lambda: rnd.choice((*NUMBERS, "price", "qty", self.expression(depth))),
            "S": lambda: rnd.choice((self.quoted(), self.quoted(), "name", f"$string({self.leaf()})")),
            "n": lambda: rnd.choice(("0", "2", "3")),  # of others the last bit depends on the C library
            "B": lambda: rnd.choice(("true", "false", "price > 1")),
            "A": lambda: rnd.choice((*NAMES, self.array(depth), self.path(depth))),
            "O": lambda: rnd.choice((*NAMES, "$", self.object(depth))),
            "F": lambda: rnd.choice((
                f"function($x){{{self.expression(depth)}}}", f"function($x, $i){{{self.expression(depth)}}}",
                "$string", "$uppercase", "$sum", "$boolean", "function($x, $i, $y){$y}",
            )),
            "P": lambda: rnd.choice((f"function($x){{{self.expression(depth)}}}", "function($x, $i){$i > 0}", "$boolean")),
            "R": lambda: rnd.choice(("function($x, $y){$x & $y}", "function($x, $y){$x + $y}", "$append", "function($x){$x}")),
            "M": lambda: rnd.choice(REGEXES),
        }  # fmt: skip
        return str(makers[kind]())
