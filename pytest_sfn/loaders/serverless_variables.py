"""The variables of the Serverless Framework: `${self:custom.table}`, `${opt:stage, 'dev'}`, `${file(flow.yml):definition}`.

A variable has sources; the first of them that has a value gives it. Variables inside of a source are resolved before it. One
rule serves all places of the service's file and of the files that it includes: a source leads to a *spot*, a value in a file
(`Variables.follow`), and the value is resolved where it is written. A text that is nothing but a variable becomes the value,
of whatever type; a variable with text around it becomes text. CloudFormation's functions come after that.

What only the command line, the shell, AWS or a program knows has the value that `parameters` give, else the fallback.

https://www.serverless.com/framework/docs/guides/variables
"""

from __future__ import annotations

import re
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, Self

from pytest_sfn.asl.pointer import child
from pytest_sfn.asl.source import find_text
from pytest_sfn.errors import JsonValueError
from pytest_sfn.expressions import values
from pytest_sfn.loaders.document import Piece
from pytest_sfn.loaders.intrinsics import NO_VALUE, PSEUDO, Absent, Placeholder, Reason, Resolver
from pytest_sfn.loaders.project import REFUSED, RefusedError
from pytest_sfn.names import suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pytest_sfn.loaders.document import Document

__all__ = ["Spot", "Unknown", "Variables", "variables_in"]

_OPEN: Final = re.compile(r"(?<!\\)\$\{([a-z][\w.-]*)(?:\(|:(?!:))")
"""Not `${AWS::Region}` or `${Table}`, which are CloudFormation's."""
_MARK: Final = re.compile(r"""\$\{|[{}(),]|'[^']*'|"[^"]*\"""")
_HEAD: Final = re.compile(r"([a-z][\w.-]*)\s*(?=[:(])")
_LONGEST: Final = 50
"""How many variables may have each other in their values."""
_DEEPEST: Final = 20
"""How many variables may be inside of each other."""
_PROGRAMS: Final = (".js", ".ts", ".mjs", ".cjs")
_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}
_PSEUDO: Final = re.compile(r"#\{([A-Za-z][\w:]*(?:\.[\w.]+)?)\}")
"""A reference of the plugin serverless-pseudo-parameters, which makes an `Fn::Sub` of the text around it."""
_ELSEWHERE: Final = {
    "opt": "it is an option of the command",
    "env": "the environment is not read",
    "ssm": "it is read from AWS while the service is deployed",
    "cf": "another stack has it",
    "s3": "it is in S3",
    "git": "the repository's history is not read",
    "terraform": "the state of Terraform is not read",
    "doppler": "Doppler is not asked",
    "vault": "Vault is not asked",
    "output": "another service has it",
}
"""The sources whose values are not here, and why."""


class Variable(NamedTuple):
    """A variable in a text, from `start` to `end`."""

    start: int
    end: int
    sources: tuple[str, ...]


def variables_in(text: str) -> list[Variable]:
    """The outermost variables of a text."""
    found: list[Variable] = []
    while (match := _OPEN.search(text, found[-1].end if found else 0)) is not None:
        body = _enclosed(text, match.start() + 2, "}")
        if body is None:
            break
        end, sources = body
        found.append(Variable(match.start(), end, tuple(each for each in sources if each)))
    return found


def _enclosed(text: str, begin: int, closing: str) -> tuple[int, list[str]] | None:
    """(the end of what is open at `begin`, what is between its commas); None if it is not closed, or too deep."""
    waiting = [closing]
    parts: list[str] = []
    for match in _MARK.finditer(text, begin):
        mark = match[0]
        if mark == "}":  # closes parentheses, too
            while waiting[-1] == ")" and "}" in waiting:
                waiting.pop()
        if mark in ("${", "{", "("):
            waiting.append(")" if mark == "(" else "}")
            if len(waiting) > _DEEPEST:
                return None
        elif mark == waiting[-1]:
            waiting.pop()
            if not waiting:
                return match.end(), [*parts, text[begin : match.start()].strip()]
        elif mark == "," and len(waiting) == 1:
            parts.append(text[begin : match.start()].strip())
            begin = match.end()
    return None


class Spot(NamedTuple):
    """A value where it is written.

    Attributes:
        name: the source that led there; "" for a value that has none.
    """

    value: Any
    document: Document
    at: str
    name: str = ""


class _Source(NamedTuple):
    """A source, with the variables inside of it resolved.

    Attributes:
        nested: whether there were any.
    """

    type: str
    parameters: tuple[str, ...]
    address: str
    nested: bool

    @property
    def name(self) -> str:
        parameters = f"({', '.join(self.parameters)})" if self.parameters else ""
        return f"{self.type}{parameters}{f':{self.address}' if self.address else ''}"


class _LackError(Exception):
    """A source gives no value.

    Attributes:
        why: in a few words.
        severity: "error" if the framework refuses the variable, "warning" if it may as things are here, None if it does not.
        missing: the name of the file that is not there, if that is the reason.
        refused: why the file is not read, if that is the reason.
    """

    def __init__(
        self,
        why: str,
        severity: Literal["error", "warning"] | None = None,
        missing: str = "",
        refused: RefusedError | None = None,
    ) -> None:
        super().__init__(why)
        self.why = why
        self.severity = severity
        self.missing = missing
        self.refused = refused


class Unknown(Placeholder):
    """A variable without a value.

    Attributes:
        absent: what is wrong with it; None if its value is merely not known here.
        missing: the name of the file that is not there, if that is the reason.
        refused: why the file is not read, if that is the reason.
        nested: whether another variable decides where it leads.
    """

    __slots__ = ("absent", "missing", "nested", "refused")
    absent: Absent | None
    missing: str
    refused: RefusedError | None
    nested: bool

    def __new__(cls, name: str, why: str, lack: _LackError, absent: Absent | None, *, nested: bool) -> Self:
        name = re.sub(r"[\s{}$]+", "-", name)
        made = str.__new__(cls, f"${{{name}}}")
        made.name = name
        made.why = why
        made.absent = absent
        made.missing = lack.missing
        made.refused = lack.refused
        made.nested = nested
        return made


class Variables(Resolver):
    """Resolves the framework's variables before CloudFormation's functions.

    Attributes:
        service: serverless.yml itself, whatever file is being read.
        refused: those of `absent` that are variables.
    """

    def __init__(self, document: Document, *args: Any, **settings: Any) -> None:
        super().__init__(document, *args, **settings)
        self.service = document
        self.refused: list[Absent] = []
        self._resolving: dict[
            str, None
        ] = {}  # the variables whose values are being resolved, which may well lead through each other

    # -- texts ---------------------------------------------------------------------------------------------------------

    def string(self, value: str, at: str, to: str) -> Any:
        if (variable := _only_variable(value)) is not None:
            return self.value_of(value, variable, at, to)
        text = "".join(piece.text for piece in self.string_pieces(value, at)) if "${" in value else value
        return _PSEUDO.sub(self.pseudo_parameter, text) if "#{" in text else text

    def string_pieces(self, value: str, at: str) -> Iterator[Piece]:
        end = 0
        for variable in variables_in(value):
            if end < variable.start:
                yield from self.pseudo_pieces(value[end : variable.start], at, end)
            end = variable.end
            found = self.value_of(value, variable, at)
            if isinstance(found, (dict, list)) or found is None:
                lack = _LackError(f"it is of the type {values.json_type(found)}, and there is text around it", "error")
                found = self.note(self.unknown_variable(lack, variable.sources[0], value, variable, self.document, at))
            text = found if isinstance(found, str) else "" if found is NO_VALUE else values.dumps(found)
            self.spend(len(text), at)
            yield Piece(text, at, variable.start, literal=False)
        if end < len(value) or not end:
            yield from self.pseudo_pieces(value[end:], at, end)

    def pseudo_pieces(self, text: str, at: str, index: int) -> Iterator[Piece]:
        """The pieces of a text without variables, in which the plugin's references are resolved."""
        end = 0
        for match in _PSEUDO.finditer(text):
            yield Piece(text[end : match.start()], at, index + end)
            yield Piece(self.pseudo_parameter(match), at, index + match.start(), literal=False)
            end = match.end()
        yield Piece(text[end:], at, index + end)

    def pseudo_parameter(self, match: re.Match[str]) -> str:
        """The value of `#{AWS::Region}`, `#{Table}` or `#{Table.Arn}`; other text stays."""
        name, _, attribute = match[1].partition(".")
        if name in PSEUDO and not attribute:
            return self.text({"Ref": name})
        if name not in self.resources:
            return match[0]
        return self.text({"Fn::GetAtt": [name, attribute]} if attribute else {"Ref": name})

    def value_of(self, text: str, variable: Variable, at: str, to: str = "") -> Any:
        """The value of a variable in a text at a place of the document, resolved; a placeholder, which is noted."""
        spot = self.lead(text, variable, self.document, at)
        if spot is None:
            return text[variable.start : variable.end]
        if isinstance(spot, Spot):
            if not spot.name:
                return self.resolved(spot, to)
            if spot.name not in self._resolving and len(self._resolving) <= _LONGEST:
                self._resolving[spot.name] = None
                try:
                    return self.resolved(spot, to)
                finally:
                    del self._resolving[spot.name]
            ways = [*self._resolving]
            ways = [*ways[ways.index(spot.name) if spot.name in ways else 0 :], spot.name]
            lack = _LackError(f"{spot.name} refers to itself: {' -> '.join(ways)}", "error")
            spot = self.unknown_variable(lack, spot.name, text, variable, self.document, at)
        if spot.refused is not None and self.strict:
            raise self.document.error(at, spot.refused.message, spot.refused.hint, REFUSED)
        return self.note(spot)

    def resolved(self, spot: Spot, to: str = "") -> Any:
        """The value of a spot, resolved in the file that has it."""
        before = self.document, self.links
        if spot.document is self.document and to:
            if isinstance(spot.value, (dict, list)):
                self.links[to] = spot.at
        else:
            self.document, self.links = spot.document, {}  # places there lead nowhere here
        try:
            return self.resolve(spot.value, spot.at, to)
        finally:
            self.document, self.links = before

    def note(self, unknown: Unknown) -> Unknown:
        """The same placeholder, noted since it becomes a part of a value."""
        self.unresolved.setdefault(unknown.name, unknown.why)
        if unknown.absent is not None:
            self.absent.append(unknown.absent)
            self.refused.append(unknown.absent)
        return unknown

    # -- spots ---------------------------------------------------------------------------------------------------------

    def root(self, value: Any, document: Document, at: str) -> tuple[Any, Document, str]:
        found = self.follow(value, document, at)
        return (value, document, at) if isinstance(found, Unknown) else found[:3]

    def follow(self, value: Any, document: Document, at: str) -> Spot | Unknown:
        """The spot of a value that is elsewhere: in a branch of an `Fn::If`, in a file, where a variable leads."""
        value, document, at = super().root(value, document, at)
        variable = _only_variable(value) if isinstance(value, str) else None
        found = self.lead(value, variable, document, at) if variable is not None else None
        return Spot(value, document, at) if found is None else found

    def lead(self, text: str, variable: Variable, document: Document, at: str) -> Spot | Unknown | None:
        """Where a variable leads: by the first of its sources that has a value. None if it is none of the framework's.

        What depends on an unknown variable is unknown, since the framework would take no fallback for it.
        """
        self.count(at)
        first: tuple[str, _LackError] | None = None
        for written in variable.sources:
            source = self.source(written, document, at)
            if isinstance(source, (Spot, Unknown)):
                return source
            if first is None and not self.is_known(source):
                return None
            try:
                found = self.spot_of(source, document, at)
            except _LackError as error:
                if source.nested and error.severity is not None:
                    error.severity = "warning"  # another stage may have it
                first = first or (source.name, error)
            else:
                return found
        name, lack = first or ("", _LackError("it names no source", "error"))
        return self.unknown_variable(lack, name, text, variable, document, at)

    def is_known(self, source: _Source) -> bool:
        """Whether the framework has such a source, or one of nearly that name; a plugin may have any other."""
        return source.type in _SOURCES or source.name in self.given or bool(suggest(source.type, _SOURCES))

    def unknown_variable(
        self, lack: _LackError, name: str, text: str, variable: Variable, document: Document, at: str
    ) -> Unknown:
        """The placeholder of a variable without a value.

        Args:
            name: its name in the user's `parameters`.
            text: of which it is a part.
        """
        why = f"{text[variable.start : variable.end]} is not known here: {lack.why}"
        index = variable.start if document.at(at) == text else None
        reason = Reason(why, name, document, at, index)
        location = reason.location or document.location(at)
        absent = Absent(why, location, lack.severity) if lack.severity is not None else None
        nested = "${" in text[variable.start + 2 : variable.end]
        return Unknown(name, reason, lack, absent, nested=nested)

    def source(self, written: str, document: Document, at: str) -> _Source | Spot | Unknown:
        """One of a variable's sources; the spot itself, if it is a value."""
        if written[:1] in ("'", '"'):
            return Spot(written[1:-1], document, at)
        if (variable := _only_variable(written)) is not None:  # `${opt:a, ${self:b}}`, as version 1 had it
            return self.lead(written, variable, document, at) or Spot(written, document, at)
        head = _HEAD.match(written)
        if head is None:
            try:
                return Spot(values.loads(written), document, at)
            except JsonValueError:
                return _Source(written, (), "", nested=False)
        end, parts = head.end(), list[str]()
        if written[end] == "(":
            end, parts = _enclosed(written, end + 1, ")") or (len(written), [written[end + 1 :]])
        inner = [self.inner(each, document, at) for each in (*parts, written[end:].removeprefix(":").strip())]
        for each in inner:
            if isinstance(each, Unknown):
                return each
        *parameters, address = inner
        return _Source(head[1], tuple(parameters), address, nested="${" in written)

    def inner(self, text: str, document: Document, at: str) -> str:
        """A part of a source with its variables resolved, without quotes; a placeholder if one of them is not known."""
        if "${" in text:
            before, self.document = self.document, document
            try:
                pieces = list(self.string_pieces(text, at))
            finally:
                self.document = before
            unknown = [piece.text for piece in pieces if isinstance(piece.text, Placeholder)]
            text = unknown[0] if unknown else "".join(piece.text for piece in pieces)
        return text[1:-1] if text[:1] in ("'", '"') and text[-1:] == text[:1] else text

    # -- sources -------------------------------------------------------------------------------------------------------

    def spot_of(self, source: _Source, document: Document, at: str) -> Spot | Unknown:
        """Where a source leads.

        Raises:
            _LackError: nowhere.
        """
        given = self.given_for(source.name, *([source.address] if source.type == "opt" else []))
        if given is not NO_VALUE:
            return Spot(given, document, at)
        if not self.leads_on(source.name):
            raise _LackError(self.way_back(source.name), "error")
        lead = _SOURCES.get(source.type)
        if lead is None:
            raise _LackError(f"there is no source {source.type!r}{suggest(source.type, _SOURCES)}", "error")
        self._open[source.name] = None
        try:
            found = lead(self, source, document, at)
            found = found if isinstance(found, Unknown) else self.follow(*found[:3])
        finally:
            del self._open[source.name]
        if isinstance(found, Unknown):
            return found
        if found.value is None:
            raise _LackError("its value is null", "error")
        return found._replace(name=source.name)

    def of_self(self, source: _Source, document: Document, at: str) -> Spot | Unknown:
        try:
            return self.walk(source.address)
        except _LackError:
            if source.address == "provider.stage":
                return Spot(self.stage, self.service, "")
            if source.address == "provider.region":
                return Spot(self.pseudo("AWS::Region"), self.service, "")
            raise

    def of_file(self, source: _Source, document: Document, at: str) -> Spot | Unknown:
        """A value of a JSON or YAML file, or the text of any other."""
        named = source.parameters[0] if source.parameters else ""
        if named.endswith(_PROGRAMS):
            raise _LackError("a program makes it, and none is run")
        try:
            file = self.files.find(named)
        except RefusedError as refused:
            raise _LackError(refused.advice, refused=refused) from None
        if file is None:
            raise _LackError(f"there is no file {named!r}{self.files.near(named)}", "warning", named)
        if file.suffix not in (".yml", ".yaml", ".json", ".tfstate"):
            return Spot(find_text(file)[0].text, document, at)
        found = self.file(file)
        return self.walk(source.address, Spot(found.value, found, ""))

    def of_parameters(self, source: _Source, document: Document, at: str) -> Spot | Unknown:
        """A parameter of the stage; version 4 has them below `stages`."""
        for group in (self.stage, "default"):
            for section in (f"stages.{group}.params", f"params.{group}"):
                found = self.spot_at(section)
                if isinstance(found, Unknown):
                    return found
                if isinstance(found.value, dict) and source.address in found.value:
                    value, within, place, _ = found
                    return Spot(value[source.address], within, child(place, source.address))
        raise _LackError("no stage gives it")

    def of_core(self, source: _Source, document: Document, at: str) -> Spot:
        known = {"stage": lambda: self.stage, "instanceId": lambda: "instance"}
        return self.one_of(known, source)

    def of_account(self, source: _Source, document: Document, at: str) -> Spot:
        names = {"region": "AWS::Region", "accountId": "AWS::AccountId", "partition": "AWS::Partition"}
        return self.one_of({name: partial(self.pseudo, pseudo) for name, pseudo in names.items()}, source)

    def one_of(self, known: Mapping[str, Callable[[], Any]], source: _Source) -> Spot:
        if source.address not in known:
            raise _LackError(f"there is no {source.name!r}{suggest(source.address, known)}", "error")
        return Spot(known[source.address](), self.service, "")

    def of_boolean(self, source: _Source, document: Document, at: str) -> Spot:
        text = source.parameters[0].strip().lower() if source.parameters else ""
        if text not in _BOOLEANS:
            raise _LackError("strToBool takes true, false, 1 or 0", "error")
        return Spot(_BOOLEANS[text], self.service, "")

    def elsewhere(self, source: _Source, document: Document, at: str) -> Spot:
        raise _LackError(_ELSEWHERE[source.type])

    def walk(self, path: str, begin: Spot | None = None) -> Spot | Unknown:
        """The spot at the end of a path through a file, through what its variables lead to.

        Raises:
            _LackError: there is nothing.
        """
        spot = begin or Spot(self.service.value, self.service, "")
        for number, key in enumerate(keys := [each for each in path.split(".") if each]):
            found = self.follow(*spot[:3])
            if isinstance(found, Unknown):
                return found
            value, document, at, _ = found
            index = int(key) if key.isdigit() and key.isascii() and len(key) < 9 else -1
            if isinstance(value, dict) and key in value:
                spot = Spot(value[key], document, child(at, key))
            elif isinstance(value, list) and 0 <= index < len(value):
                spot = Spot(value[index], document, child(at, index))
            else:
                near = suggest(key, value, "{}") if isinstance(value, dict) else ""
                meant = f"; did you mean {'.'.join([*keys[:number], near, *keys[number + 1 :]])!r}?" if near else ""
                raise _LackError(f"{document.text.name} has no {path!r}{meant}", "error")
        return spot

    def spot_at(self, path: str) -> Spot | Unknown:
        """The spot of a value of serverless.yml, followed; one whose value is None if there is nothing."""
        try:
            found = self.walk(path)
        except _LackError:
            return Spot(None, self.service, "")
        return found if isinstance(found, Unknown) else self.follow(*found[:3])

    @cached_property
    def stage(self) -> str:
        given = self.given_for("opt:stage", "stage", "sls:stage")
        if given is not NO_VALUE:
            return str(given)
        if "stage" in self._open:
            return "dev"
        self._open["stage"] = None
        try:
            spot = self.spot_at("provider.stage")
            found = None if isinstance(spot, Unknown) else self.resolved(spot)
        finally:
            del self._open["stage"]
        return found if isinstance(found, str) and not isinstance(found, Placeholder) else "dev"


_SOURCES: Final[Mapping[str, Callable[[Variables, _Source, Document, str], Spot | Unknown]]] = {
    "self": Variables.of_self,
    "file": Variables.of_file,
    "param": Variables.of_parameters,
    "sls": Variables.of_core,
    "aws": Variables.of_account,
    "strToBool": Variables.of_boolean,
    **dict.fromkeys(_ELSEWHERE, Variables.elsewhere),
}


def _only_variable(text: str) -> Variable | None:
    """The variable that a text is, None if there is anything else in it."""
    text = text.rstrip()
    if not text.endswith("}") or not text.lstrip().startswith("${"):
        return None
    variables = variables_in(text)
    alone = len(variables) == 1 and not text[: variables[0].start].strip() and variables[0].end == len(text)
    return variables[0] if alone else None
