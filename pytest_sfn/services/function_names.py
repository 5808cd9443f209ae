"""Names of Lambda functions: whole or partial ARNs, bare names, with a version or an alias, or a placeholder."""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final

from pytest_sfn.asl.resource import Resource, parse_resource

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FunctionName", "logical_id_in", "names_of", "parse_function", "parse_known_as"]

_instance = partial(re.fullmatch, r"""[\w.-]*(?:\[(?:"[^"]*"|\d+)\][\w.-]*)+""")


class FunctionName:
    """A Lambda function as a definition or a test names it; parts that are missing or a placeholder are None.

    Attributes:
        name: the function's name; `${Charge}` alone is named `Charge`.
        qualifier: version or alias; None where none was written.
        text: as written.
        bare: only the name is written, so that every function of that name is meant.
        key: equal for two ways to write the same thing.
        rank: the more is written, the higher: an ARN before a name, with a qualifier before without.
        label: how messages name a mock of it.
    """

    __slots__ = ("account", "bare", "key", "label", "name", "partition", "qualifier", "rank", "region", "text")

    def __init__(self, parsed: Resource, qualifier: str | None = None) -> None:
        self.text = parsed.text
        self.name = parsed.name or ""
        self.qualifier = parsed.qualifier or qualifier
        self.account = _known(parsed.account)
        self.region = _known(parsed.region)
        self.partition = _known(parsed.partition)
        is_arn = ":function:" in self.text
        self.key = self.name, self.qualifier, self.account, self.region, self.partition
        self.bare = self.key[1:] == (None, None, None, None)
        self.rank = is_arn, sum(part is not None for part in self.key)
        self.label = self.text if is_arn else f"function:{self.text.removeprefix('function:')}"

    def names(self, called: FunctionName, region: str, account: str) -> bool:
        """Whether a mock of this function answers when `called` is called in that region and account.

        The caller has made sure that the names are the same, or that a template knows the function by both.
        """
        return (
            (self.qualifier is None or self.qualifier == (called.qualifier or "$LATEST"))
            and (self.account is None or self.account == (called.account or account))
            and (self.region is None or self.region == (called.region or region))
            and (self.partition is None or self.partition == (called.partition or "aws"))
        )

    def arn(self, region: str, account: str) -> str:
        """The full ARN, what is missing taken from the account under test."""
        qualifier = f":{self.qualifier}" if self.qualifier else ""
        where = f"{self.partition or 'aws'}:lambda:{self.region or region}:{self.account or account}"
        return f"arn:{where}:function:{self.name}{qualifier}"


def _known(part: str | None) -> str | None:
    return None if not part or "${" in part else part


@lru_cache(maxsize=1024)
def parse_function(text: str, qualifier: str | None = None) -> FunctionName | None:
    """Read `name`, `name:qualifier`, a partial ARN (`123456789012:function:name`) or an ARN; None if it is none of these."""
    parsed = parse_resource(text)
    return FunctionName(parsed, qualifier) if parsed.kind == "lambda" else None


def parse_known_as(text: str) -> FunctionName | None:
    """The same for a name that a test gives, which may be that of an instance of Terraform's: `module.flow["a"].charge`."""
    return FunctionName(Resource(text=text, kind="lambda", name=text)) if _instance(text) else parse_function(text)


_PHYSICAL: Final = re.compile(r".+-([A-Za-z0-9]+)-(?=[A-Za-z]*[0-9])[A-Za-z0-9]{12,13}")
"""A name that CloudFormation makes: of the stack, the logical id and something random [documented], mostly with a digit [?].

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html
"""


def logical_id_in(name: str) -> str | None:
    """The logical id in a name that CloudFormation has made, of which it takes 24 characters at most [?]; None for others."""
    match = _PHYSICAL.fullmatch(name)
    return None if match is None else match[1]


def names_of(name: str, others: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """All names by which a function may be mocked: its own, those that templates give it, a logical id in its name.

    Args:
        others: names of templates, by the functions' own names.
    """
    logical_id = logical_id_in(name)
    more = () if logical_id is None else (logical_id, *others.get(logical_id, ()))
    return (name, *others.get(name, ()), *more)
