"""One folder of .tf files: the meaning of the names in its expressions, as far as it is known without a plan.

Attributes of resources are made up as AWS would make them: a name where the block has one, else the block's own.

https://developer.hashicorp.com/terraform/language/expressions/references
"""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Protocol

from pytest_sfn.errors import JsonValueError
from pytest_sfn.loaders.hcl import Evaluator, follow, read_blocks
from pytest_sfn.loaders.hcl_values import LARGEST, Piece, Rendered, text_of
from pytest_sfn.loaders.intrinsics import Absent, Placeholder
from pytest_sfn.loaders.project import RefusedError
from pytest_sfn.loaders.resources import FUNCTION, KINDS
from pytest_sfn.loaders.terraform_functions import FUNCTIONS, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pytest_sfn.asl.text import Text
    from pytest_sfn.loaders.budget import Budget
    from pytest_sfn.loaders.hcl import Attribute, Block
    from pytest_sfn.loaders.project import Files

__all__ = ["ATTRIBUTES", "LAMBDA", "MACHINE", "Module", "logging_of"]

MACHINE: Final = "aws_sfn_state_machine"
LAMBDA: Final = "aws_lambda_function"
_AFTER_APPLY: Final = "Terraform knows it only after `terraform apply`"
_LONGEST: Final = 50
"""How many names may lead from one to the next."""


def _arn(type: str) -> str:
    """The ARN of a resource of that type of CloudFormation's."""
    kind = KINDS[type]
    return kind.attributes.get("Arn", kind.ref)


def _by_arn(type: str) -> Mapping[str, str]:
    return dict.fromkeys(("arn", "id"), _arn(type))


def _by_name(type: str) -> Mapping[str, str]:
    return {"arn": _arn(type), "id": "{name}"}


_QUEUE: Final = "AWS::SQS::Queue"
_GLUE: Final = "arn:{partition}:glue:{region}:{account}:"
ATTRIBUTES: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    LAMBDA: ("function_name", {
        "arn": FUNCTION, "invoke_arn": FUNCTION, "id": "{name}", "qualified_arn": f"{FUNCTION}:$LATEST", "version": "$LATEST",
    }),
    "aws_lambda_alias": ("name", {"arn": FUNCTION}),
    MACHINE: ("name", _by_arn("AWS::StepFunctions::StateMachine")),
    "aws_sfn_activity": ("name", _by_arn("AWS::StepFunctions::Activity")),
    "aws_sqs_queue": ("name", {**dict.fromkeys(("id", "url"), KINDS[_QUEUE].ref), "arn": _arn(_QUEUE)}),
    "aws_sns_topic": ("name", _by_arn("AWS::SNS::Topic")),
    "aws_dynamodb_table": ("name", _by_name("AWS::DynamoDB::Table")),
    "aws_s3_bucket": ("bucket", {**_by_name("AWS::S3::Bucket"), "bucket": "{name}"}),
    "aws_iam_role": ("name", _by_name("AWS::IAM::Role")),
    "aws_ecs_cluster": ("name", _by_arn("AWS::ECS::Cluster")),
    "aws_ecs_task_definition": ("family", _by_name("AWS::ECS::TaskDefinition")),
    "aws_batch_job_definition": ("name", {"arn": _arn("AWS::Batch::JobDefinition")}),
    "aws_batch_job_queue": ("name", {"arn": _arn("AWS::Batch::JobQueue")}),
    "aws_glue_job": ("name", {"arn": f"{_GLUE}job/{{name}}", "id": "{name}"}),
    "aws_glue_crawler": ("name", {"arn": f"{_GLUE}crawler/{{name}}", "id": "{name}"}),
    "aws_codebuild_project": ("name", _by_name("AWS::CodeBuild::Project")),
    "aws_cloudwatch_log_group": ("name", {"arn": _arn("AWS::Logs::LogGroup").removesuffix(":*"), "id": "{name}"}),
    "aws_cloudwatch_event_bus": ("name", _by_name("AWS::Events::EventBus")),
    "aws_kms_key": ("", {**_by_name("AWS::KMS::Key"), "key_id": "{name}"}),
    "aws_secretsmanager_secret": ("name", _by_arn("AWS::SecretsManager::Secret")),
}  # fmt: skip
"""By resource type: the argument that names it, and what is known of its attributes without a deployment."""


def logging_of(found: Mapping[str, Any]) -> dict[str, Any]:
    """A block `logging_configuration` as CloudFormation has it."""
    destination = found.get("log_destination")
    return {
        "Level": found.get("level") or "OFF",
        "IncludeExecutionData": found.get("include_execution_data") or False,
        "Destinations": [destination] if destination else [],
    }


class Shared(Protocol):
    """What the modules of one template share. Fulfilled by `terraform.TerraformTemplate`, whose attributes these are."""

    parameters: Mapping[str, Any]
    used: set[str]
    placeholders: dict[str, str]
    absent: dict[str, Absent]
    missing: dict[str, RefusedError | None]
    account: dict[str, str]
    named: Files
    budget: Budget

    def read(self, path: Path) -> Text:
        """The text of a file beside the template."""

    def fill(self, pattern: str, name: str) -> str:
        """A pattern of `resources.py` for the resource of that name."""


class Module:
    """One folder of .tf files: what the names in its expressions mean. Fulfils `hcl.Scope`."""

    def __init__(
        self, template: Shared, folder: Path | None, files: Sequence[tuple[Text, Block]], given: Mapping[str, Any],
        address: str = "",
    ) -> None:  # fmt: skip
        self.template = template
        self.folder = folder
        self.given = given
        self.address = address
        self.budget = template.budget
        self.named = template.named.below(folder)
        self.files = files
        self._open: dict[str, None] = {}
        self._computed: dict[str, tuple[Any, dict[str, str]]] = {}  # locals, with what is not known of each
        self.each: dict[str, Any] = {}

    def blocks(self, type: str) -> Iterator[Block]:
        for _, file in self.files:
            for block in file.blocks:
                if block.type == type:
                    yield block

    def evaluator(self, block: Block) -> Evaluator:
        return Evaluator(self, block.text)

    def attribute(self, block: Block, name: str) -> Any:
        """The value of an attribute, None if the block has none of that name."""
        found = block.attributes.get(name)
        if found is None:
            return None
        try:
            return self.evaluator(block).evaluate(found.expression)
        except RecursionError:
            return self.unknown(name, "its expression is nested too deeply")

    @cached_property
    def variables(self) -> dict[str, Block]:
        return {block.labels[0]: block for block in self.blocks("variable") if block.labels}

    @cached_property
    def locals(self) -> dict[str, tuple[Block, Attribute]]:
        return {name: (block, each) for block in self.blocks("locals") for name, each in block.attributes.items()}

    @cached_property
    def resources(self) -> dict[tuple[str, str], Block]:
        return {(each.labels[0], each.labels[1]): each for each in self.blocks("resource") if len(each.labels) == 2}

    @cached_property
    def data(self) -> dict[tuple[str, str], Block]:
        return {(each.labels[0], each.labels[1]): each for each in self.blocks("data") if len(each.labels) == 2}

    @cached_property
    def assigned(self) -> dict[str, Any]:
        """Values of variables in terraform.tfvars and *.auto.tfvars, which Terraform reads by itself."""
        found: dict[str, Any] = {}
        if self.folder is not None and not self.address:
            for path in (self.folder / "terraform.tfvars", *sorted(self.folder.glob("*.auto.tfvars"))):
                if self.named.find(path.name) is not None:
                    file = read_blocks(self.template.read(path))
                    found |= {name: self.attribute(file, name) for name in file.attributes}
        return found

    # Scope

    def unknown(self, name: str, why: str) -> Placeholder:
        made = Placeholder(name, why)
        self.template.placeholders[made.name] = why
        return made

    def resolve(self, root: str, steps: Sequence[Any]) -> Any:
        path = [str(step) for step in steps]
        address = ".".join([root, *path])
        if address in self._open:
            names = [*self._open]
            circle = " -> ".join([*names[names.index(address) :], address])
            return self.unknown(address, f"it is made of itself: {circle}")
        if len(self._open) > _LONGEST:
            return self.unknown(address, "what it is made of leads too far")
        self._open[address] = None
        try:
            return self._resolve(root, steps, path[0] if path else "", address)
        finally:
            del self._open[address]

    def _resolve(self, root: str, steps: Sequence[Any], first: str, address: str) -> Any:
        if root == "var" and steps:
            return follow(self._variable(first), steps[1:], self)
        if root == "local" and first in self.locals:
            return follow(self._local(first), steps[1:], self)
        if root in ("each", "count"):
            if root in self.each:
                return follow(self.each[root], steps, self)
            return self.unknown(address, "it differs from instance to instance")
        if root == "path" and steps:
            return "." if self.folder is None else self.folder.as_posix()
        if root == "terraform":
            return "default" if list(steps) == ["workspace"] else self.unknown(address, "it is not known here")
        if root == "data" and len(steps) >= 2:
            return self._data(first, str(steps[1]), steps[2:], address)
        if root == "module":
            return self.unknown(address, "it is an output of another module")
        if (root, first) in self.resources:
            return self._resource(root, first, steps[1:], address)
        if first and (root == "local" or "_" in root):
            return self.unknown(address, self._absent(root, first))
        return self.unknown(address, _AFTER_APPLY)

    def _absent(self, root: str, name: str) -> str:
        """Why a variable, local or resource is not known, if no file of the folder has it; noted, where it is named first."""
        named = f"{root}.{name}"
        there = [*self.variables] if root == "var" else [*self.locals] if root == "local" else []
        there += [other for kind, other in self.resources if kind == root]
        near = self.budget.suggest(name, there, f"; did you mean '{root}.{{}}'?")
        what = {"var": "variable", "local": "local value"}.get(root, "resource")
        why = f"the folder has no {what} {named!r}{near}"
        if named in self._mentioned:
            text, offset = self._mentioned[named]
            self.template.absent.setdefault(why, Absent(why, text.location(offset), "warning"))
        return why

    @cached_property
    def _mentioned(self) -> dict[str, tuple[Text, int]]:
        """Where the files name each `root.name` first, comments aside."""
        found: dict[str, tuple[Text, int]] = {}
        for text, _ in self.files:
            for match in re.finditer(r"(?<![\w.-])[\w-]+\.[\w-]+", text.text):
                line = text.text[text.text.rfind("\n", 0, match.start()) + 1 : match.start()]
                if match[0] not in found and not line.lstrip().startswith(("#", "//")):
                    found[match[0]] = text, match.start()
        return found

    def _local(self, name: str) -> Any:
        """The value of a local, computed once, since locals may be made of locals many times over."""
        if name in self._computed:
            value, unknown = self._computed[name]
            self.template.placeholders.update(unknown)
            return value
        block, attribute = self.locals[name]
        before, self.template.placeholders = self.template.placeholders, {}
        value = self.evaluator(block).evaluate(attribute.expression)
        unknown, self.template.placeholders = self.template.placeholders, before
        self.template.placeholders.update(unknown)
        self._computed[name] = value, unknown
        return value

    def _variable(self, name: str) -> Any:
        for said in (self.given, self.assigned):
            if name in said:
                if said is self.template.parameters:
                    self.template.used.add(name)
                return said[name]
        block = self.variables.get(name)
        if block is None:
            return self.unknown(f"var.{name}", self._absent("var", name))
        if "default" not in block.attributes:
            return self.unknown(f"var.{name}", f"the variable {name!r} has no default")
        return self.attribute(block, "default")

    def _data(self, type: str, name: str, steps: Sequence[Any], address: str) -> Any:
        account = self.template.account
        known = {
            "aws_region": {"name": account["region"], "id": account["region"], "region": account["region"]},
            "aws_caller_identity": {"account_id": account["account"], "id": account["account"]},
            "aws_partition": dict.fromkeys(("partition", "id"), account["partition"]) | {"dns_suffix": "amazonaws.com"},
        }.get(type)
        if known is not None and steps and steps[0] in known:
            return known[str(steps[0])]
        block = self.data.get((type, name))
        if block is None:
            return self.unknown(address, "there is no such data source")
        if type == "template_file" and list(steps) == ["rendered"]:
            template, variables = self.attribute(block, "template"), self.attribute(block, "vars")
            if isinstance(template, Rendered):
                whole = template.pieces[0]
                if len(template.pieces) == 1 and whole.literal:
                    return self.render(whole.source, variables if isinstance(variables, dict) else {})
            return template
        if type == "local_file" and list(steps) == ["content"]:
            return self._file(self.attribute(block, "filename"))
        if _named(type, self, block) and steps:
            return self._attribute_of(type, name, block, str(steps[0]), address)
        return self.unknown(address, "Terraform asks AWS for it")

    def _resource(self, type: str, name: str, steps: Sequence[Any], address: str) -> Any:
        if steps and isinstance(steps[0], (int, Placeholder)):
            steps = steps[1:]  # one of several by `count`
        if not steps:
            return self.unknown(address, _AFTER_APPLY)
        return self._attribute_of(type, name, self.resources[type, name], str(steps[0]), address)

    def _attribute_of(self, type: str, name: str, block: Block, attribute: str, address: str) -> Any:
        for given in (f"{type}.{name}.{attribute}", f"{name}.{attribute}"):
            if given in self.template.parameters:
                self.template.used.add(given)
                return self.template.parameters[given]
        _, attributes = ATTRIBUTES.get(type, ("", {}))
        if attribute in attributes:
            return self.template.fill(attributes[attribute], self.name_of(type, name, block))
        if attribute in block.attributes:
            return self.attribute(block, attribute)
        return self.unknown(address, _AFTER_APPLY)

    def name_of(self, type: str, name: str, block: Block) -> str:
        """The physical name of a resource: what it says, as far as that is known, else the name of its block."""
        field, _ = ATTRIBUTES.get(type, ("name", {}))
        if field not in block.attributes or name in self._open:
            return name
        self._open[name] = None
        noted = dict(self.template.placeholders)
        found = self.attribute(block, field)
        del self._open[name]
        if isinstance(found, str) and "${" not in found and found:
            return str(found)
        self.template.placeholders = noted  # the block's name instead
        return name

    # Functions that read files

    def call(self, function: str, arguments: Sequence[Any], at: Piece) -> Any:
        try:
            if function == "jsonencode":
                return self._encoded(arguments[0], at)
            if function == "file":
                return self._file(arguments[0])
            if function == "templatefile":
                found = self._file(arguments[0])
                if isinstance(found, Placeholder):
                    return found
                variables = arguments[1] if len(arguments) > 1 and isinstance(arguments[1], dict) else {}
                return self.render(found.pieces[0].source, variables)
            if function == "fileexists":
                return self._file(arguments[0], exists=True)
            implementation = FUNCTIONS.get(function)
            for argument in arguments:
                if isinstance(argument, Placeholder) and function not in ("coalesce", "tostring", "format", "join", "merge"):
                    return argument
            if implementation is None:
                return self.unknown(function, f"the function {function!r} is not evaluated")
            made = implementation(*arguments)
        except (ArithmeticError, AttributeError, JsonValueError, LookupError, StopIteration, TypeError, ValueError) as error:
            return self.unknown(function, f"{function}(...) cannot be computed: {error or 'an argument is missing'}")
        if isinstance(made, (str, list)) and len(made) > LARGEST:
            return self.unknown(function, f"{function}(...) is too large")
        if isinstance(made, str) and not isinstance(made, Rendered) and arguments and isinstance(arguments[0], Rendered):
            first = arguments[0].pieces[0]
            return Rendered.of([Piece(made, first.source, first.offset, literal=False)])
        return made

    @staticmethod
    def _encoded(value: Any, at: Piece) -> Rendered:
        text = json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"))
        return Rendered.of([Piece(text, at.source, at.offset, literal=False)], value)

    def _file(self, named: Any, *, exists: bool = False) -> Any:
        """The text of a file, as it is; or whether there is one.

        Its name is relative to the module, as `path.module` is nearly always what is meant.
        """
        if not isinstance(named, str) or "${" in named:
            return exists or self.unknown("file", "the file's name is not known here")
        try:
            path = self.named.find(named)
        except RefusedError as refused:
            self.template.missing.setdefault(named, refused)
            return self.unknown("file", refused.message)
        if exists:
            return path is not None
        if path is None:
            self.template.missing.setdefault(named, None)
            return self.unknown("file", f"there is no file {named!r}")
        text = self.template.read(path)
        return Rendered.of([Piece(text.text, text, 0)])

    def render(self, text: Text, variables: Mapping[str, Any]) -> Any:
        """A template file with values for its variables."""
        inner = _TemplateScope(self, variables)
        found = Evaluator(inner, text).template(0, len(text.text))
        return found if isinstance(found, Rendered) else Rendered.of([Piece(text_of(found), text, 0, literal=False)])


class _TemplateScope:
    """The names in a template file: its variables and nothing else."""

    def __init__(self, module: Module, variables: Mapping[str, Any]) -> None:
        self.module = module
        self.budget = module.budget
        self.variables = variables

    def resolve(self, root: str, steps: Sequence[Any]) -> Any:
        if root in self.variables:
            return follow(self.variables[root], steps, self)
        name = ".".join([root, *map(str, steps)])
        return self.unknown(name, "the template is given no such variable")

    def unknown(self, name: str, why: str) -> Placeholder:
        return self.module.unknown(name, why)

    def call(self, function: str, arguments: Sequence[Any], at: Piece) -> Any:
        if function == "templatefile":
            return self.unknown(function, "a template cannot call templatefile")
        return self.module.call(function, arguments, at)


def _named(type: str, module: Module, block: Block) -> bool:
    field, _ = ATTRIBUTES.get(type, ("", {}))
    return bool(field) and field in block.attributes
