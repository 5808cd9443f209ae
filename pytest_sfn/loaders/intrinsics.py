"""CloudFormation's intrinsic functions, as far as they can be known without a deployment.

Their results are JSON; a value that cannot be known is a `Placeholder`, the text `${Name}`, in place of a text. Pseudo
parameters, physical names and ARNs are made up, the same in every run; the user's `parameters` override them: those of a
parameter, a pseudo parameter, a resource (`Order`), an attribute (`Order.Arn`) or an import, by its name.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from ipaddress import ip_network
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from pytest_sfn.asl.pointer import child, last
from pytest_sfn.dataclass import dataclass
from pytest_sfn.errors import DefinitionError
from pytest_sfn.expressions import values
from pytest_sfn.loaders.budget import WAY_OUT
from pytest_sfn.loaders.document import Document, Piece
from pytest_sfn.loaders.project import REFUSED, RefusedError
from pytest_sfn.loaders.resources import FUNCTION, KINDS, LONGEST_NAMES, SHORTEST_NAMES, attribute_of, filled, kind_of, ref_of
from pytest_sfn.names import misspelt, partition_of, suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from pytest_sfn.errors import Location
    from pytest_sfn.loaders.budget import Budget
    from pytest_sfn.loaders.project import Files
    from pytest_sfn.loaders.resources import Kind

__all__ = ["NO_VALUE", "Absent", "Placeholder", "Reason", "Resolver", "Resource", "function_of"]


class Placeholder(str):
    """`${Name}` for a value that is not known here.

    Attributes:
        name: without the `${}`.
        why: in a few words.
    """

    __slots__ = ("name", "why")
    name: str
    why: str

    def __new__(cls, name: str, why: str) -> Self:
        name = re.sub(r"[^\w.:-]+", "-", name).strip("-.") or "value"
        name = re.sub(r"(?<!:):(?!:)|:::+", "-", name)
        made = super().__new__(cls, f"${{{name}}}")
        made.name = name
        made.why = why
        return made


class Reason(str):
    """Why a value is not known here, in a few words.

    Attributes:
        key: its name in the user's `parameters`; "" where these cannot give it.
    """

    __slots__ = ("_at", "_document", "_index", "key")
    key: str
    _document: Document | None
    _at: str
    _index: int | None

    def __new__(cls, why: str, key: str, document: Document | None = None, at: str = "", index: int | None = None) -> Self:
        """`index`: at which character of the text at `at` the value is asked for, if the name does not say that."""
        made = super().__new__(cls, why)
        made.key = key
        made._document = document
        made._at = at
        made._index = index
        return made

    @property
    def location(self) -> Location | None:
        """Where the template refers to the value, as far as that is known."""
        if self._document is None or not self._at:
            return None
        if self._index is not None:
            return self._document.text.location(self._document.offset_in(self._at, self._index))
        return _place(self._document, self._at, self.key)


@dataclass(frozen=True, slots=True)
class Guess:
    """A condition of which it is not known whether it holds, and which is taken for true.

    Attributes:
        causes: what is not known of it, by its name in the user's `parameters`.
        location: where an `Fn::If` names it, as far as that is known.
    """

    name: str
    causes: Mapping[str, str]
    location: Location | None


def _place(document: Document, at: str, name: str) -> Location | None:
    """The place of a name in the value at `at`; None if that is not where it is said."""
    said = document.at(at)
    if isinstance(said, list):
        said = said[0] if said else None
    if isinstance(said, dict) and (function_of(said) is not None or last(at).startswith("Fn::")):
        return document.location(at, value=True)
    head = name.partition(".")[0]
    if not isinstance(said, str) or head not in said:
        return None
    if said.partition(".")[0] == head:  # of Ref, of Fn::GetAtt
        return document.location(at, value=True)
    found = (match.start() for match in _SUB.finditer(said) if match[2].partition(".")[0] == head)
    index = next(found, max(said.rfind("${", 0, said.find(head)), 0))
    return document.text.location(document.offset_in(at, index))


@dataclass(frozen=True, slots=True)
class Absent:
    """A reference to something that the template does not have, with which it cannot be deployed.

    Attributes:
        why: of its placeholder.
        severity: "error" if nothing can make it while the template is deployed, None if that may well be.
    """

    why: str
    location: Location
    severity: Literal["error", "warning"] | None


NO_VALUE: Final = object()
"""`AWS::NoValue`: the object or array around it leaves it out."""

_LONGEST: Final = 50
"""How many names may lead from one to the next: parameters, conditions, names of resources."""
_MOST: Final = 50_000
"""How many functions are called, and variables looked up, for one machine; two of each name may double from name to name."""

_MADE_ELSEWHERE: Final = "; a macro, an Fn::ForEach or a file that includes this one may make it"
_TOO_DEEP: Final = "resolving this leads too deep"

_SUB = re.compile(r"\$\{\s*(!?)\s*([\w.:-]+)\s*\}")


def function_of(value: Any) -> str | None:
    """The name of the intrinsic function that an object calls, None for any other value."""
    if isinstance(value, dict) and len(value) == 1:
        (name,) = value
        if name == "Ref" or name.startswith("Fn::"):
            return str(name)
    return None


class Resource:
    """One resource of a template.

    Attributes:
        id: its logical id.
        type: such as `AWS::Lambda::Function`; "" where the template has none.
        node: its object in the template.
        at: where, as a JSON Pointer.
        name: its physical name, where that is known otherwise than from its properties.
        document: the file that it is in, if that is not the template itself.
        properties: as the template has them, at `properties_at` of `properties_document`.
    """

    __slots__ = ("at", "document", "id", "name", "node", "properties", "properties_at", "properties_document", "type")

    def __init__(
        self, id: str, node: Mapping[str, Any], at: str, name: str | None = None, document: Document | None = None
    ) -> None:
        self.id = id
        self.document = document
        self.node = node
        self.at = at
        self.name = name
        kind = node.get("Type")
        self.type = kind if isinstance(kind, str) else ""
        found = node.get("Properties")
        self.properties: Mapping[str, Any] = found if isinstance(found, dict) else {}
        self.properties_at = child(at, "Properties")
        self.properties_document = document

    def find_properties(self, resolver: Resolver) -> None:
        """Find the properties that are elsewhere: in a branch of an `Fn::If`, in another file."""
        raw = self.node.get("Properties")
        if isinstance(raw, str) or function_of(raw) is not None:
            found, document, at = resolver.root(raw, self.document or resolver.document, self.properties_at)
            if isinstance(found, dict):
                self.properties, self.properties_document, self.properties_at = found, document, at

    @property
    def metadata(self) -> Mapping[str, Any]:
        found = self.node.get("Metadata")
        return found if isinstance(found, dict) else {}

    @property
    def construct_path(self) -> str | None:
        """The path of its construct in a program of the CDK, such as `Shop/Orders`."""
        path = self.metadata.get("aws:cdk:path")
        if not isinstance(path, str):
            return None
        parts = [part for part in path.split("/") if part not in ("Resource", "Default")]
        return "/".join(parts) if len(parts) > 1 else None

    @property
    def construct_id(self) -> str | None:
        """The name that a program of the CDK gave it, which its logical id has with a hash behind it."""
        path = self.construct_path
        return None if path is None else path.rpartition("/")[2]


class Resolver:
    """Resolves the functions of one template.

    Args:
        document: the template.
        resources: by logical id.
        declared, mappings, conditions: of the template.
        given: the user's values, by name.
        files: the way to files that it includes.
        budget: what the template may take.

    Attributes:
        unresolved: the placeholders given so far, each with the reason.
        used: the names of `given` that were needed.
        links: places of what came from elsewhere in the document, see `document.Within`.
        read: the files that were included.
        absent: references to what the template does not have, as far as their place is known.
        stack: for the names of a nested stack's resources, the logical ids that lead to it, each with a dash; else "".
        output: gives an output of a nested stack; `NO_VALUE` if the stack has no template here.
        guesses: the conditions that were taken for true, by name.
        makes: whether something makes a resource of this id while the template is deployed; None if that may be.
        made: gives the resource of this id that the tool makes beside those of the template, if it is known.
        escaped: the names that are text on purpose, as `${!Name}` is.
        strict: whether a function that is given the wrong arguments is an error, or merely not known: what has nothing to
            do with a definition cannot keep it from being loaded.
    """

    def __init__(
        self,
        document: Document,
        resources: Mapping[str, Resource],
        *,
        declared: Mapping[str, Any],
        mappings: Mapping[str, Any],
        conditions: Mapping[str, Any],
        given: Mapping[str, Any],
        files: Files,
        budget: Budget,
    ) -> None:
        self.document = document
        self.resources = resources
        self.declared = declared
        self.mappings = mappings
        self.conditions = conditions
        self.given = given
        self.files = files
        self.budget = budget
        self.unresolved: dict[str, str] = {}
        self.used: set[str] = set()
        self.links: dict[str, str] = {}
        self.read: dict[Path, Document] = {}
        self.absent: list[Absent] = []
        self.stack = ""
        self.output: Callable[[Resource, str, str], Any] = lambda resource, name, at: NO_VALUE
        self.guesses: dict[str, Guess] = {}
        self.makes: Callable[[str], bool | None] = lambda name: None
        self.made: Callable[[str], Resource | None] = lambda name: None
        self.escaped: set[str] = set()
        self.strict = False
        self._open: dict[str, None] = {}  # what is being resolved, so that a circle ends
        self._conditions: dict[str, tuple[bool | None, dict[str, str]]] = {}  # with what is not known of each
        self._names: dict[str, str] = {}
        self._circles = 0  # how often a name led to itself
        self._calls = 0

    # -- values --------------------------------------------------------------------------------------------------------

    def resolve(self, value: Any, at: str = "", to: str = "") -> Any:
        """A value with all its functions resolved.

        Args:
            at: its place in the document.
            to: its place in what is made of it.

        Returns:
            JSON; a `Placeholder` or `NO_VALUE` in place of the whole.
        """
        if isinstance(value, str):
            self.spend(len(value), at)
            return self.string(value, at, to)
        self.spend(16, at)
        if isinstance(value, list):
            items: list[Any] = []
            for index, item in enumerate(value):
                place = child(to, len(items))
                if len(items) != index:
                    self.links[place] = child(at, index)
                found = self.resolve(item, child(at, index), place)
                if found is not NO_VALUE:
                    items.append(_plain(found))
            return items
        if not isinstance(value, dict):
            return value
        function = function_of(value)
        if function is not None:
            return self.call(function, value[function], child(at, function), to)
        members = {}
        for key, item in value.items():
            found = self.resolve(item, child(at, key), child(to, key))
            if found is not NO_VALUE:
                members[key] = _plain(found)
        return members

    def string(self, value: str, at: str, to: str) -> Any:
        """What a string means; Serverless's variables begin here."""
        return value

    def string_pieces(self, value: str, at: str) -> Iterator[Piece]:
        """The same as text, in pieces that keep where they came from."""
        yield Piece(value, at)

    def text(self, value: Any, at: str = "") -> str:
        """A value as the text that `Fn::Sub` and `Fn::Join` make of it."""
        return _text(self.resolve(value, at))

    def value(self, value: Any) -> Any:
        """A value resolved, None for none at all."""
        found = self.resolve(value)
        return None if found is NO_VALUE else _plain(found)

    def known_text(self, value: Any, at: str = "") -> str | None:
        """A text of which nothing is unknown; None for anything else. What is not known is not noted."""
        before, absent, guesses = dict(self.unresolved), self.absent[:], dict(self.guesses)
        found = self.resolve(value, at)
        known = isinstance(found, (str, int)) and self.unresolved == before and not isinstance(found, bool)
        self.unresolved, self.absent, self.guesses = before, absent, guesses
        return str(found) if known else None

    def call(self, function: str, argument: Any, at: str, to: str) -> Any:
        method = _FUNCTIONS.get(function)
        if method is None:
            return self.unknown(function.replace("::", "-"), f"{function} is not evaluated", at)
        try:
            self.count(at)
            found = method(self, argument, at, to)
            self.spend(len(found) if isinstance(found, (str, list)) else 0, at)
        except DefinitionError:
            if self.strict or self.budget.spent:
                raise
            return self.unknown(function.replace("::", "-"), f"{function} has the wrong arguments", at)
        except RecursionError:
            if self.strict:
                raise self.document.error(at, _TOO_DEEP, WAY_OUT) from None
            return self.unknown(function.replace("::", "-"), _TOO_DEEP, at)
        return found

    def count(self, at: str) -> None:
        """One step more.

        Raises:
            DefinitionError: they are too many.
        """
        self._calls += 1
        if self._calls > _MOST:
            raise self.document.error(at, f"resolving this takes more than {_MOST:,} steps", WAY_OUT)

    def spend(self, size: int, at: str) -> None:
        """So much more text is made.

        Raises:
            DefinitionError: the template makes too much of itself.
        """
        if reason := self.budget.step(size):
            raise self.document.error(at, reason, WAY_OUT)

    def leads_on(self, name: str) -> bool:
        """Whether a name may be resolved: not on the way from itself, nor at the end of a long way."""
        self._circles += name in self._open
        return name not in self._open and len(self._open) <= _LONGEST

    def way_back(self, name: str) -> str:
        """Why a name cannot be resolved: the names that lead from it to itself, or that they are too many."""
        if name not in self._open:
            return f"{name} is at the end of more than {_LONGEST} names, each of which refers to the next"
        names = [*self._open]
        return f"{name} refers to itself: {' -> '.join([*names[names.index(name) :], name])}"

    def unknown(self, name: str, why: str, at: str = "", key: str = "") -> Placeholder:
        """The placeholder of a value that is not known; notes it.

        Args:
            at: where the document refers to it.
            key: its name in the user's `parameters`, if these can give it.
        """
        found = Placeholder(name, Reason(why, key, self.document, at))
        self.unresolved.setdefault(found.name, found.why)
        return found

    def once(self, name: str, resolve: Callable[[], Any]) -> Any:
        """What `resolve` gives; a placeholder if it comes back here on the way."""
        if not self.leads_on(name):
            return self.unknown(name, self.way_back(name))
        self._open[name] = None
        try:
            return resolve()
        finally:
            del self._open[name]

    def given_for(self, *names: str) -> Any:
        """The user's value for one of these names; `NO_VALUE` if there is none."""
        for name in names:
            if name in self.given:
                self.used.add(name)
                return self.given[name]
        return NO_VALUE

    def noting(self, value: Any, at: str = "") -> tuple[Any, dict[str, str]]:
        """A value resolved, and what of it is not known, with the reasons."""
        before, self.unresolved = self.unresolved, {}
        try:
            found = self.resolve(value, at)
        finally:
            unknown, self.unresolved = self.unresolved, {**self.unresolved, **before}
        return found, unknown

    # -- references ----------------------------------------------------------------------------------------------------

    def ref(self, argument: Any, at: str, to: str) -> Any:
        name = argument if isinstance(argument, str) else self.text(argument, at)
        if name == "AWS::NoValue":
            return NO_VALUE
        given = self.given_for(name)
        if given is not NO_VALUE:
            return self.known(_typed(given, self.declared.get(name)), at)
        if name in PSEUDO:
            return self.pseudo(name)
        if name in self.declared:
            return self.parameter(name, self.declared[name], at)
        resource = self.resources.get(name) or self.made(name)
        if resource is not None:
            return self.reference(resource)
        head, _, tail = name.partition(".")
        if head in self.resources and tail in ("Alias", "Version"):  # of a function that SAM publishes
            alias = self.resources[head].properties.get("AutoPublishAlias") if tail == "Alias" else "1"
            return self.fill(FUNCTION, self.resources[head]) + f":{self.text(alias)}"
        near = self.budget.suggest(name, chain(self.declared, self.resources, PSEUDO))
        return self.unknown(name, self.absence("parameter or resource", name, at, near), at, name)

    def known(self, value: Any, at: str) -> Any:
        """A value from elsewhere, to which the document refers at a place; noted if it is a placeholder."""
        if isinstance(value, Placeholder):
            return self.unknown(value.name, value.why, at, value.why.key if isinstance(value.why, Reason) else "")
        return value

    def parameter(self, name: str, declared: Any, at: str) -> Any:
        declared = declared if isinstance(declared, dict) else {}
        if "Default" not in declared:
            return self.unknown(name, f"the parameter {name!r} has no default", at, name)
        if str(declared.get("Type", "")).startswith("AWS::SSM::Parameter::Value"):
            return self.unknown(name, f"the parameter {name!r} is read from SSM", at, name)
        return _typed(declared["Default"], declared)

    def reference(self, resource: Resource) -> Any:
        if resource.type in _QUALIFIED:
            return self.once(f"{resource.id}.Arn", lambda: self.version(resource))
        return ref_of(resource.type, lambda pattern: self.fill(pattern, resource))

    def version(self, resource: Resource) -> str:
        """The ARN of a function or a machine with a version or an alias. A machine that is not updated has one version."""
        properties = resource.properties
        qualifier = "1" if resource.type.endswith("Version") else self.text(properties.get("Name", resource.id))
        if resource.type.startswith("AWS::Lambda::"):
            named = self.text(properties.get("FunctionName", resource.id))
            arn = named if named.startswith("arn:") else self.fill(FUNCTION, resource, named)
        elif resource.type.endswith("Version"):
            arn = self.text(properties.get("StateMachineArn", ""))
        else:
            arn = self.text(self.routed_to(resource)).rpartition(":")[0]
        return f"{arn}:{qualifier}"

    def routed_to(self, alias: Resource) -> Any:
        """A version of the machine that an alias leads to."""
        routes = self.value(alias.properties.get("RoutingConfiguration"))
        preference = self.value(alias.properties.get("DeploymentPreference"))
        given = routes[0] if isinstance(routes, list) and routes else preference
        return given.get("StateMachineVersionArn", "") if isinstance(given, dict) else ""

    def get_att(self, argument: Any, at: str, to: str) -> Any:
        if isinstance(argument, list):
            parts = [self.text(part, child(at, index)) for index, part in enumerate(argument)]
        else:
            parts = self.text(argument, at).split(".", 1)
        name, attribute = parts[0] if parts else "", ".".join(parts[1:])
        dotted = f"{name}.{attribute}"
        given = self.given_for(dotted)
        if given is not NO_VALUE:
            return given
        resource = self.resources.get(name) or self.made(name)
        if resource is None:
            near = self.budget.suggest(name, self.resources)
            return self.unknown(dotted, self.absence("resource", name, at, near), at, dotted)
        if resource.type in _QUALIFIED and attribute in ("AliasArn", "FunctionArn", "Arn"):
            return self.reference(resource)
        if resource.type == "AWS::SSM::Parameter" and attribute == "Value":
            return self.once(dotted, lambda: self.resolve(resource.properties.get("Value", "")))
        if attribute.startswith("Outputs."):
            output = self.output(resource, attribute.removeprefix("Outputs."), at)
            if output is not NO_VALUE:
                return self.known(output, at)
        found = attribute_of(resource.type, attribute, lambda pattern: self.fill(pattern, resource))
        if found is not None:
            return found
        why = f"what {dotted} gives is known only once {resource.type or name} is deployed"
        is_said = isinstance(argument, str) or all(isinstance(each, str) for each in argument)
        meant = misspelt(attribute, KINDS[resource.type].attributes, 1) if is_said and resource.type in KINDS else ""
        if meant:  # KINDS does not have all of them
            why = f"an {resource.type} has no attribute {attribute!r}; did you mean {meant!r}?"
            self.note_absent(why, name, at, "warning")
        return self.unknown(dotted, why, at, dotted)

    def absence(self, what: str, name: str, at: str, near: str) -> str:
        """Note a name without a value, and give the reason.

        Args:
            near: the text of `suggest`.
        """
        makes = self.makes(name)
        if makes:
            near = ""
        why = f"the template has no {what} {name!r}{near or ('' if makes is False else _MADE_ELSEWHERE)}"
        self.note_absent(why, name, at, "error" if makes is False else "warning" if near else None)
        return why

    def note_absent(self, why: str, name: str, at: str, severity: Literal["error", "warning"] | None) -> None:
        """Keep that nothing has this name, if the place `at` of the document is where it is said."""
        location = _place(self.document, at, name)
        if location is not None and not isinstance(self.document.at(at), dict):
            self.absent.append(Absent(why, location, severity))

    def fill(self, pattern: str, resource: Resource, name: str | None = None) -> str:
        """A format of `resources.KINDS` with the account's and the resource's names."""
        account = {key: _text(self.pseudo(f"AWS::{pseudo}")) for key, pseudo in _PARTS.items()}
        within = self.within(resource) if "{within}" in pattern else ""
        return filled(pattern, account, self.name_of(resource) if name is None else name, resource.id, within)

    def within(self, resource: Resource) -> str:
        """What a resource is in, with a slash: the bus of a rule, unless it is the default one; the group of a schedule."""
        field, unsaid = kind_of(resource.type).within
        named = self.known_text(resource.properties[field]) if field in resource.properties else None
        found = (named or "default").rpartition("/")[2]
        return "" if found == unsaid else f"{found}/"

    def name_of(self, resource: Resource) -> str:
        """The physical name: the one that the template gives, if that is known, else the logical id."""
        if resource.name is not None:
            return resource.name
        if resource.id not in self._names:
            circles = self._circles
            found = self._name_of(resource)
            if circles != self._circles:
                return found  # as it is on the way around
            self._names[resource.id] = found
        return self._names[resource.id]

    def _name_of(self, resource: Resource) -> str:
        kind = kind_of(resource.type)
        fallback = self.made_up_name(resource, kind)
        if not self.leads_on(resource.id):
            return fallback
        self._open[resource.id] = None
        try:
            for field in kind.name:
                said, _, member = field.partition(".")
                value = resource.properties.get(said)
                value = value.get(member) if member and isinstance(value, dict) else value
                if value is not None:
                    return self.known_text(value) or fallback
        finally:
            del self._open[resource.id]
        return fallback

    def made_up_name(self, resource: Resource, kind: Kind) -> str:
        """The name of a resource that has none of its own: its logical id, as far as such a resource may be called so."""
        name = f"{self.stack}{resource.id}"
        name = name.lower() if kind.kind == "bucket" else name
        fifo = any(resource.properties.get(each) in (True, "true") for each in ("FifoQueue", "FifoTopic"))
        ending = ".fifo" if fifo else ""
        if len(name) < SHORTEST_NAMES.get(kind.kind, 0):
            name = f"{_text(self.pseudo('AWS::StackName')).lower()}-{name}"
        return name[: LONGEST_NAMES.get(kind.kind, 1024) - len(ending)] + ending

    def pseudo(self, name: str) -> Any:
        given = self.given_for(name)
        return PSEUDO[name](self) if given is NO_VALUE else given

    def import_value(self, argument: Any, at: str, to: str) -> Any:
        name = self.text(argument, at)
        given = self.given_for(name)
        return self.unknown(name, f"{name!r} is exported by another stack", at, name) if given is NO_VALUE else given

    # -- texts ---------------------------------------------------------------------------------------------------------

    def sub(self, argument: Any, at: str, to: str) -> Any:
        pieces = list(self.sub_pieces(argument, at))
        if len(pieces) == 1 and isinstance(pieces[0].text, Placeholder):
            return pieces[0].text
        return "".join(piece.text for piece in pieces)

    def sub_pieces(self, argument: Any, at: str) -> Iterator[Piece]:
        local: Mapping[str, Any] = {}
        names_at = ""
        if isinstance(argument, list):
            if len(argument) == 2 and isinstance(argument[1], dict):
                names_at, local = child(at, 1), argument[1]
            argument, at = argument[0] if argument else "", child(at, 0)
        for piece in self.string_pieces(argument if isinstance(argument, str) else self.text(argument, at), at):
            if isinstance(piece.text, Placeholder):
                yield piece
            else:
                yield from self.references(piece, local, names_at)

    def references(self, piece: Piece, local: Mapping[str, Any], names_at: str) -> Iterator[Piece]:
        """A part of the text of an `Fn::Sub`, with its references resolved.

        Args:
            local: the values of the function itself, at `names_at`.
        """
        text, at = piece.text, piece.pointer
        end = 0
        for match in _SUB.finditer(text):
            yield replace(piece, text=text[end : match.start()], index=piece.index + end * piece.literal)
            end = match.end()
            index = piece.index + match.start() * piece.literal
            if match[1]:  # `${!Name}` is the text `${Name}`
                self.escaped.add(match[2])
                yield Piece(f"${{{match[2]}}}", at, index, literal=False)
                continue
            name = match[2]
            if name in local:
                value = self.resolve(local[name], child(names_at, name))
            elif "." in name and name not in self.declared:
                made = name.partition(".")[2] in ("Alias", "Version") or self.made(name) is not None
                value = self.ref(name, at, "") if made else self.get_att(name, at, "")
            else:
                value = self.ref(name, at, "")
            found = value if isinstance(value, Placeholder) else _text(value)
            self.spend(len(found), at)
            yield Piece(found, at, index, literal=False)
        if end < len(text) or not end:
            yield replace(piece, text=text[end:], index=piece.index + end * piece.literal)

    def join(self, argument: Any, at: str, to: str) -> Any:
        return "".join(piece.text for piece in self.join_pieces(argument, at))

    def join_pieces(self, argument: Any, at: str) -> Iterator[Piece]:
        if not (isinstance(argument, list) and len(argument) == 2):
            raise self.misuse("Fn::Join", "[delimiter, [values]]", at)
        delimiter = self.text(argument[0], child(at, 0))
        items, place = argument[1], child(at, 1)
        if not isinstance(items, list):
            items = self.resolve(items, place)
            if not isinstance(items, list):
                yield Piece(_text(items), place, literal=False)
                return
            self.spend(len(delimiter) * len(items), place)
            yield Piece(delimiter.join(map(_text, items)), place, literal=False)
            return
        first = True
        for index, item in enumerate(items):
            if item == {"Ref": "AWS::NoValue"}:
                continue
            if delimiter and not first:
                self.spend(len(delimiter), place)
                yield Piece(delimiter, child(place, index), literal=False)
            first = False
            yield from self.pieces(item, child(place, index))

    def pieces(self, value: Any, at: str) -> Iterator[Piece]:
        """A value as text, in pieces that keep where they came from."""
        function = function_of(value)
        if isinstance(value, str):
            yield from self.string_pieces(value, at)
        elif function == "Fn::Sub":
            yield from self.sub_pieces(value[function], child(at, function))
        elif function == "Fn::Join":
            yield from self.join_pieces(value[function], child(at, function))
        elif function == "Fn::If":
            branch, place = self.branch(value[function], child(at, function))
            yield from self.pieces(branch, place)
        else:
            yield Piece(self.text(value, at), at, literal=False)

    def split(self, argument: Any, at: str, to: str) -> Any:
        if not (isinstance(argument, list) and len(argument) == 2):
            raise self.misuse("Fn::Split", "[delimiter, text]", at)
        found, delimiter = self.resolve(argument[1], child(at, 1)), self.text(argument[0], child(at, 0))
        return found if isinstance(found, Placeholder) else _text(found).split(delimiter or None)

    def base64(self, argument: Any, at: str, to: str) -> Any:
        found = self.resolve(argument, at)
        if isinstance(found, Placeholder):
            return found
        return base64.b64encode(_text(found).encode()).decode("ascii")

    def to_json(self, argument: Any, at: str, to: str) -> Any:
        found = self.resolve(argument, at)
        if isinstance(found, Placeholder) or found is NO_VALUE:
            return found
        return json.dumps(found, separators=(",", ":"), ensure_ascii=False)

    # -- choices -------------------------------------------------------------------------------------------------------

    def if_(self, argument: Any, at: str, to: str) -> Any:
        branch, place = self.branch(argument, at)
        if to:  # else it is a part of a text
            self.links[to] = place
        return self.resolve(branch, place, to)

    def branch(self, argument: Any, at: str) -> tuple[Any, str]:
        """The branch of an `Fn::If` that holds, with its place; the first, if that cannot be known."""
        if not (isinstance(argument, list) and len(argument) == 3):
            raise self.misuse("Fn::If", "[condition, value if true, value if false]", at)
        holds = self.condition(argument[0])
        if holds is None and isinstance(argument[0], str):
            self.note_guess(argument[0], child(at, 0))
        index = 2 if holds is False else 1
        return argument[index], child(at, index)

    def condition(self, value: Any) -> bool | None:
        """Whether a condition holds: a name, or the functions that make one. None if that cannot be known."""
        if isinstance(value, dict) and len(value) == 1:
            (function,) = value
            argument = value[function]
            if function == "Condition":
                return self.condition(argument)
            if function == "Fn::Equals" and isinstance(argument, list) and len(argument) == 2:
                left, right = (self.resolve(each) for each in argument)
                if isinstance(left, Placeholder) or isinstance(right, Placeholder):
                    return None
                return _text(left) == _text(right)
            if function == "Fn::Not" and isinstance(argument, list) and len(argument) == 1:
                holds = self.condition(argument[0])
                return None if holds is None else not holds
            if function in ("Fn::And", "Fn::Or") and isinstance(argument, list):
                decides = function == "Fn::Or"
                found = [self.condition(each) for each in argument]
                return decides if decides in found else None if None in found else not decides
        if isinstance(value, str):
            given = self.given_for(value)
            if isinstance(given, bool):
                return given
            if value in self.conditions:
                return self.declared_condition(value)
        self.unknown(_text(value)[:40], "a condition that is not known here; taken for true")
        return None

    def declared_condition(self, name: str) -> bool | None:
        """Whether a condition of the template holds, found out once: conditions may be made of conditions many times over."""
        if name not in self._conditions:
            if not self.leads_on(name):
                self.unresolved.setdefault(name, f"the condition {self.way_back(name)}; taken for true")
                return None
            self._open[name] = None
            before, self.unresolved = self.unresolved, {}
            try:
                holds = self.condition(self.conditions[name])
                if holds is None:
                    self.unresolved.setdefault(name, f"whether the condition {name!r} holds is not known; taken for true")
                self._conditions[name] = holds, self.unresolved
            finally:
                del self._open[name]
                self.unresolved = before
        holds, unknown = self._conditions[name]
        for each, why in unknown.items():
            self.unresolved.setdefault(each, why)
        return holds

    def note_guess(self, name: str, at: str) -> None:
        """Note that the condition which the document names at a place is taken for true."""
        unknown = self._conditions[name][1] if name in self._conditions else {}
        causes: dict[str, str] = {why.key: why for why in unknown.values() if isinstance(why, Reason) and why.key}
        if name not in self.conditions:
            causes[name] = f"the template has no condition {name!r}{suggest(name, self.conditions)}"
        self.guesses.setdefault(name, Guess(name, causes, _place(self.document, at, name) if at else None))

    def find_in_map(self, argument: Any, at: str, to: str) -> Any:
        if not (isinstance(argument, list) and len(argument) in (3, 4)):
            raise self.misuse("Fn::FindInMap", "[map, first key, second key]", at)
        found: Any = self.mappings
        keys = [self.text(key, child(at, index)) for index, key in enumerate(argument[:3])]
        for key in keys:
            found = found.get(key, NO_VALUE) if isinstance(found, dict) else NO_VALUE
        if found is not NO_VALUE:
            return found
        if len(argument) == 4 and isinstance(argument[3], dict) and "DefaultValue" in argument[3]:
            return self.resolve(argument[3]["DefaultValue"])
        name = ".".join(keys)
        given = self.given_for(name)
        return self.unknown(name, f"the mappings have no {name}", at, name) if given is NO_VALUE else given

    def select(self, argument: Any, at: str, to: str) -> Any:
        if not (isinstance(argument, list) and len(argument) == 2):
            raise self.misuse("Fn::Select", "[index, list]", at)
        items = self.resolve(argument[1], child(at, 1))
        index = self.text(argument[0], child(at, 0))
        if isinstance(items, Placeholder):
            return items
        if isinstance(items, list) and index.isdigit() and int(index) < len(items):
            return items[int(index)]
        return self.unknown(f"Select-{index}", f"the list of an Fn::Select has no element {index}", at)

    def length(self, argument: Any, at: str, to: str) -> Any:
        items = self.resolve(argument, at)
        return len(items) if isinstance(items, list) else self.unknown("Length", "the list is not known here", at)

    def zones(self, argument: Any, at: str, to: str) -> Any:
        region = self.text(argument, at) or _text(self.pseudo("AWS::Region"))
        return [region + letter for letter in "abc"]

    def cidr(self, argument: Any, at: str, to: str) -> Any:
        """The first subnets of a block of addresses, each of that many bits; 8 in a template that leaves these out [?]."""
        if not (isinstance(argument, list) and len(argument) in (2, 3)):
            raise self.misuse("Fn::Cidr", "[block, count, bits]", at)
        block = self.resolve(argument[0], child(at, 0))
        if isinstance(block, Placeholder):
            return block
        count, bits = (*(self.text(each, child(at, index)) for index, each in enumerate(argument[1:], 1)), "8")[:2]
        try:
            network = ip_network(block)
            return [
                str(each)
                for each in islice(network.subnets(new_prefix=network.max_prefixlen - int(bits)), min(int(count), 256))
            ]
        except ValueError as error:
            return self.unknown("Cidr", f"the blocks of Fn::Cidr: {error}", at)

    # -- files ---------------------------------------------------------------------------------------------------------

    def transform(self, argument: Any, at: str, to: str) -> Any:
        document = self.included(argument, at)
        if document is not None:
            return self.resolve(document.value)
        name = argument.get("Name") if isinstance(argument, dict) else None
        if name == "AWS::Include":
            return self.unknown("Transform", "the file that AWS::Include names is not on this disk", at)
        return self.unknown("Transform", f"the macro {_text(name)!r} runs on AWS", at)

    def included(self, argument: Any, at: str) -> Document | None:
        """The local file that an `AWS::Include` names, None if there is none."""
        parameters = argument.get("Parameters") if isinstance(argument, dict) else None
        if not isinstance(parameters, dict) or argument.get("Name") != "AWS::Include":
            return None
        path = self.find(self.text(parameters.get("Location", "")), at)
        return self.file(path) if path is not None else None

    def find(self, named: str, at: str, document: Document | None = None) -> Path | None:
        """The file of that name; None if there is none.

        Raises:
            DefinitionError: it is not read.
        """
        try:
            return self.files.find(named)
        except RefusedError as refused:
            raise (document or self.document).error(at, refused.message, refused.hint, REFUSED) from None

    def file(self, path: Path) -> Document:
        document = self.read.get(path)
        if document is None:
            document = self.read[path] = Document.of_file(path)
        return document

    def root(self, value: Any, document: Document, at: str) -> tuple[Any, Document, str]:
        """The real place of a value that is elsewhere: in a branch of an `Fn::If`, in a file."""
        for _ in range(50):
            function = function_of(value)
            if function == "Fn::If":
                value, at = self.branch(value[function], child(at, function))
            elif function == "Fn::Transform" and (found := self.included(value[function], child(at, function))) is not None:
                value, document, at = found.value, found, ""
            else:
                break
        return value, document, at

    def misuse(self, function: str, form: str, at: str) -> DefinitionError:
        return self.document.error(at, f"{function} takes {form}")


def _partition(resolver: Resolver) -> str:
    return partition_of(_text(resolver.pseudo("AWS::Region")))


def _suffix(resolver: Resolver) -> str:
    return "amazonaws.com.cn" if _text(resolver.pseudo("AWS::Region")).startswith("cn-") else "amazonaws.com"


def _stack_id(resolver: Resolver) -> str:
    partition, region, account, name = (
        _text(resolver.pseudo(f"AWS::{each}")) for each in ("Partition", "Region", "AccountId", "StackName")
    )
    return f"arn:{partition}:cloudformation:{region}:{account}:stack/{name}/00000000-0000-0000-0000-000000000000"


_PARTS: Final = {"partition": "Partition", "region": "Region", "account": "AccountId", "suffix": "URLSuffix"}
_QUALIFIED: Final = (
    *("AWS::Lambda::Version", "AWS::Lambda::Alias"),
    *("AWS::StepFunctions::StateMachineVersion", "AWS::StepFunctions::StateMachineAlias"),
)
"""Types whose `Ref` gives the ARN of something else with a version or an alias."""

PSEUDO: Final[Mapping[str, Callable[[Resolver], Any]]] = {
    "AWS::Region": lambda _: "us-east-1",
    "AWS::AccountId": lambda _: "123456789012",
    "AWS::Partition": _partition,
    "AWS::URLSuffix": _suffix,
    "AWS::StackName": lambda _: "stack",
    "AWS::StackId": _stack_id,
    "AWS::NotificationARNs": lambda _: [],
}

_FUNCTIONS: Final[Mapping[str, Callable[[Resolver, Any, str, str], Any]]] = {
    "Ref": Resolver.ref,
    "Fn::GetAtt": Resolver.get_att,
    "Fn::Sub": Resolver.sub,
    "Fn::Join": Resolver.join,
    "Fn::If": Resolver.if_,
    "Fn::FindInMap": Resolver.find_in_map,
    "Fn::Select": Resolver.select,
    "Fn::Split": Resolver.split,
    "Fn::ImportValue": Resolver.import_value,
    "Fn::Base64": Resolver.base64,
    "Fn::ToJsonString": Resolver.to_json,
    "Fn::Length": Resolver.length,
    "Fn::GetAZs": Resolver.zones,
    "Fn::Cidr": Resolver.cidr,
    "Fn::Transform": Resolver.transform,
}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Placeholder) else value


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is NO_VALUE:
        return ""
    if isinstance(value, list):
        return ",".join(map(_text, value))
    return values.dumps(value)


def _typed(value: Any, declared: Any) -> Any:
    """A parameter's value by its type: lists are written as one text; a number may be written as one."""
    kind = str(declared.get("Type", "")) if isinstance(declared, dict) else ""
    if kind == "CommaDelimitedList" or kind.startswith("List<"):
        return [part.strip() for part in value.split(",")] if isinstance(value, str) else value
    # CloudFormation's parameters are texts, those of the type Number too. Taken for numbers, since a definition that has
    # one by itself (`Seconds: !Ref Wait`) means a number. [?]
    if kind == "Number" and isinstance(value, str) and re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", value):
        return values.loads(value)
    return value


def declared_names(resolver: Resolver) -> Iterable[str]:
    """The names that `parameters` can sensibly have."""
    return [*resolver.declared, *resolver.resources, *PSEUDO, *resolver.conditions]
