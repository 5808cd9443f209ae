"""Terraform: where definitions are, in which modules, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_sfn import load
from pytest_sfn.asl.source import find_text
from pytest_sfn.errors import DefinitionError
from pytest_sfn.loaders.formats import find_machines, read_template
from tests.loaders.conftest import DONE, Write, heredoc, machine_of


def place(machine: Any, pointer: str) -> str:
    return str(machine.source.locate(pointer))


def test_template_file_with_its_variables(machine: Any) -> None:
    found = machine({
        "main.tf": machine_of(
            '  definition = templatefile("${path.module}/order.asl.json", {\n'
            "    charge = aws_lambda_function.charge.arn, wait = var.wait * 2, queue = module.queue.url\n  })"
        )
        + 'resource "aws_lambda_function" "charge" { function_name = "charge-${local.stage}" }\n',
        "variables.tf": 'variable "wait" { default = 30 }\nlocals { stage = "dev" }\n',
        "order.asl.json": '{"StartAt": "W",\n "Comment": "${charge} ${queue}",\n'
        ' "States": {"W": {"Type": "Wait", "Seconds": ${wait}, "End": true}}}',
    })  # fmt: skip
    assert (found.logical_id, found.name, found.format) == ("order", "order-sm", "Terraform")
    arn = "arn:aws:lambda:us-east-1:123456789012:function:charge-dev"
    assert found.source.value["Comment"] == f"{arn} ${{module.queue.url}}"
    assert found.source.value["States"]["W"]["Seconds"] == 60
    assert place(found, "/States/W") == "order.asl.json:3:13"
    assert found.unresolved == ["module.queue.url"]
    assert "module.queue.url} (no file of the folder calls a module 'queue')" in found.source.notes[0]
    assert found.template.function_names == {"charge-dev": ("charge", "aws_lambda_function.charge")}


def test_jsonencode(machine: Any) -> None:
    found = machine({
        "main.tf": machine_of(
            "  definition = jsonencode({\n"
            '    StartAt = "Done"\n'
            '    States = { for name in ["Done"] : name => { Type = "Succeed" } }\n'
            "    TimeoutSeconds = 60\n  })"
        )
    })  # fmt: skip
    assert found.source.value == {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}, "TimeoutSeconds": 60}
    assert place(found, "/TimeoutSeconds") == "main.tf:6:5"


def test_modules(write: Write) -> None:
    path = write({
        "main.tf": 'module "pay" {\n  source = "./modules/flow"\n  step = "Pay"\n}\n'
        'module "far" {\n  source = "terraform-aws-modules/step-functions/aws"\n  definition = <<EOF\n' + DONE + "\nEOF\n}\n",
        "modules/flow/main.tf": 'variable "step" {}\n'
        + machine_of('  definition = jsonencode({ StartAt = var.step, States = { (var.step) = { Type = "Succeed" } } })'),
    })  # fmt: skip
    pay, far = find_machines(path)
    assert [pay.logical_id, far.logical_id] == ["module.pay.order", "module.far"]
    assert pay.source.value["StartAt"] == "Pay"
    assert far.source.value["StartAt"] == "Done"


def test_one_machine_for_each_key(write: Write) -> None:
    body = '  for_each = { a = "A", b = "B" }\n  definition = jsonencode({ Comment = "${each.key}${each.value}" })'
    found = find_machines(write({"main.tf": machine_of(body)}))
    assert [machine.logical_id for machine in found] == ['order["a"]', 'order["b"]']
    assert [machine.source.value["Comment"] for machine in found] == ["aA", "bB"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "order.tf:1:1: INVALID_TEMPLATE: state machine 'order': it has no definition"),
        ("  definition = var.definition", "the definition is not known here: it is made of itself"),
        ('  definition = file("gone.json")', "definition: there is no file 'gone.json'"),
        ("  definition = templatefile(each.value, {})", "the definition is not known here: the file's name is not known here"),
        ('  definition = ""', "the definition is empty here"),
        ("  definition = 1", "a definition is a text, or jsonencode({...})"),
        ("  definition = jsonencode([1])", "A definition is an object"),
        ('  definition = "{"', "INVALID_JSON_DESCRIPTION"),
    ],
)
def test_refusals(machine: Any, body: str, message: str) -> None:
    found = machine({"order.tf": machine_of(body) + 'variable "definition" { default = var.definition }\n'})
    with pytest.raises(DefinitionError, match=r"order\.tf:\d+:\d+") as caught:
        _ = found.source
    assert message in str(caught.value)


def test_functions(write: Write) -> None:
    path = write({
        "main.tf": 'data "archive_file" "zip" {\n  type = "zip"\n  source_dir = "${path.module}/src"\n}\n'
        'resource "aws_lambda_function" "charge" {\n  function_name = "charge-fn"\n  handler = "app.handler"\n'
        '  runtime = "python3.12"\n  timeout = 20\n  filename = data.archive_file.zip.output_path\n'
        '  environment {\n    variables = { TABLE = "t", LEVEL = 3 }\n  }\n}\n',
        "src/app.py": "",
    })  # fmt: skip
    template = read_template(*find_text(path))
    assert template is not None
    (function,) = template.functions
    assert (function.name, function.handler, function.runtime) == ("charge-fn", "app.handler", "python3.12")
    assert (function.timeout_seconds, function.environment) == (20, {"TABLE": "t", "LEVEL": "3"})
    assert function.code == (path.parent / "src").resolve()


def test_other_names_are_in_one_order(write: Write) -> None:
    (found,) = find_machines(write({"main.tf": heredoc(DONE)}))
    assert found.other_names == ("aws_sfn_state_machine.order", "order-sm")


def test_load_by_name(write: Write) -> None:
    path: Path = write({"main.tf": heredoc(DONE)})
    assert load(path).name == "order-sm"
    assert load(path, logical_id="aws_sfn_state_machine.order").logical_id == "order"
    with pytest.raises(DefinitionError, match="did you mean 'order'"):
        load(path, logical_id="ordr")


def test_logging(machine: Any) -> None:
    body = f"""
  definition = {json.dumps(DONE)}
  logging_configuration {{
    log_destination        = "${{aws_cloudwatch_log_group.log.arn}}:*"
    include_execution_data = true
    level                  = "ERROR"
  }}"""
    group = 'resource "aws_cloudwatch_log_group" "log" { name = "/aws/states/orders" }\n'
    arn = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/states/orders:*"
    assert machine({"main.tf": group + machine_of(body)}).logging == {
        "level": "ERROR",
        "includeExecutionData": True,
        "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}],
    }
    assert machine({"main.tf": machine_of(body)}).logging is None  # it is not known which group that is
    assert machine({"main.tf": machine_of(f"  definition = {json.dumps(DONE)}")}).logging is None


def test_paths_in_a_module_begin_at_the_root_module(write: Write) -> None:
    flow = machine_of(
        '  definition = templatefile("definitions/a.json", { where = "${basename(path.module)} ${basename(path.root)}" })'
    )
    path = write({
        "main.tf": 'module "flow" { source = "./modules/flow" }\n',
        "modules/flow/main.tf": flow,
        "definitions/a.json": '{"StartAt": "A", "Comment": "${where}",\n "States": {"A": {"Type": "Succeed"}}}',
    })  # fmt: skip
    (found,) = find_machines(path)
    assert found.source.value["Comment"] == f"flow {path.parent.name}"
    assert place(found, "/States/A") == "definitions/a.json:2:13"
    assert str(found.location) == "modules/flow/main.tf:1:1"


@pytest.mark.parametrize(
    ("there", "why", "fix"),
    [
        (
            "modules/flow/definitions/a.json",
            ", since paths begin at the root module's folder",
            'write "${path.module}/definitions/a.json" for the file beside the module',
        ),
        ("definitions/a.yaml", "", "did you mean definitions/a.yaml?"),
    ],
)
def test_a_file_that_a_module_names_is_not_there(write: Write, there: str, why: str, fix: str) -> None:
    flow = machine_of('  definition = file("definitions/a.json")')
    path = write({"main.tf": 'module "flow" { source = "./modules/flow" }\n', "modules/flow/main.tf": flow, there: DONE})
    (found,) = find_machines(path)
    with pytest.raises(DefinitionError) as caught:
        _ = found.source
    where = "modules/flow/main.tf:3:3: DEFINITION_NOT_FOUND: state machine 'module.flow.order': definition"
    assert str(caught.value).splitlines() == [
        f"{where}: there is no file 'definitions/a.json' (looked at {path.parent / 'definitions/a.json'}{why})",
        '    3 |   definition = file("definitions/a.json")',
        "      |   ^",
        f"  fix  {fix}",
    ]


def test_a_file_that_jsonencode_reads_keeps_its_places(write: Write) -> None:
    merged = machine_of(
        '  definition = jsonencode({ StartAt = "A", Oops = 1, States = merge(\n'
        '    yamldecode(templatefile("a.yaml", { to = "B" })), jsondecode(file("b.json"))) })'
    )
    path = write({"main.tf": merged, "a.yaml": "A:\n  Type: Pass\n  Next: ${to}\n", "b.json": '{\n"B": {"Type": "Suceed"}}'})
    (found,) = find_machines(path)
    assert [place(found, f"/States/{name}") for name in ("A/Next", "B/Type", "B")] == ["a.yaml:3:3", "b.json:2:7", "b.json:2:1"]
    assert place(found, "/Oops") == "main.tf:3:44"
    with pytest.raises(DefinitionError) as caught:
        load(path)
    text = str(caught.value)
    assert "b.json:2:15: state 'B': SCHEMA_VALIDATION_FAILED" in text
    assert text.count(" | ") == 2  # only a line of main.tf is an excerpt of main.tf


@pytest.mark.parametrize("text", ["<<EOF \t\n%s\nEOF", "<<EOF\n%s\nEOF  ", "<<-EOF  \n    %s\n  EOF\t"])
def test_blanks_behind_the_marker_of_a_heredoc(write: Write, text: str) -> None:
    other = machine_of(f"  definition = <<EOF\n{DONE}\nEOF").replace('"order"', '"other"')
    path = write({"main.tf": machine_of(f"  definition = {text % DONE}") + other})
    assert [found.source.value["StartAt"] for found in find_machines(path)] == ["Done", "Done"]
    assert place(find_machines(path)[0], "/StartAt") == f"main.tf:4:{6 if '-' in text else 2}"


FLOW = """
    variable "what" {}
    resource "aws_sfn_state_machine" "order" {
      name       = "${var.what}-order"
      definition = jsonencode({ Comment = var.what, StartAt = "A", States = { A = { Type = "Succeed" } } })
    }
    output "arn" { value = aws_sfn_state_machine.order.arn }
    output "both" { value = { name = aws_sfn_state_machine.order.name, list = [var.what] } }
    """


def test_modules_with_for_each_and_count(write: Write) -> None:
    path = write({
        "main.tf": """
            variable "gone" {}
            module "flow" {
              source   = "./flow"
              for_each = { a = "A", b = "B" }
              what     = "${each.key}${each.value}"
            }
            module "again" {
              source = "./flow"
              count  = 2
              what   = "n${count.index}"
            }
            module "maybe" {
              source = "./flow"
              count  = var.gone ? 1 : 0
              what   = "maybe${count.index}"
            }
            """,
        "flow/main.tf": FLOW,
    })  # fmt: skip
    found = find_machines(path)
    assert [(each.logical_id, each.name) for each in found] == [
        ('module.flow["a"].order', "aA-order"),
        ('module.flow["b"].order', "bB-order"),
        ("module.again[0].order", "n0-order"),
        ("module.again[1].order", "n1-order"),
        ("module.maybe.order", "maybe0-order"),
    ]
    assert [each.source.value["Comment"] for each in found] == ["aA", "bB", "n0", "n1", "maybe0"]
    assert 'module.flow["a"].aws_sfn_state_machine.order' in found[0].other_names
    with pytest.raises(DefinitionError, match="5 state machines are called 'order'"):
        load(path, logical_id="order")
    assert load(path, logical_id='module.flow["b"].order').name == "bB-order"
    assert load(path, logical_id="n1-order").logical_id == "module.again[1].order"


def test_machines_of_a_count(write: Write) -> None:
    body = '  count = 2\n  definition = jsonencode({ Comment = "no ${count.index}" })'
    found = find_machines(write({"main.tf": machine_of(body).replace('"order-sm"', '"sm-${count.index}"')}))
    assert [(each.logical_id, each.name) for each in found] == [("order[0]", "sm-0"), ("order[1]", "sm-1")]
    assert [each.source.value["Comment"] for each in found] == ["no 0", "no 1"]


COUNTED = """
    variable "enabled" { default = true }
    variable "names" { default = [] }
    variable "many" {}
    resource "aws_sfn_state_machine" "on" {
      count      = var.enabled ? 1 : 0
      name       = "on-sm"
      definition = jsonencode({ StartAt = "A", States = { A = { Type = "Pass", Result = count.index, End = true } } })
    }
    resource "aws_sfn_state_machine" "off" {
      count      = var.enabled ? 0 : 1
      definition = jsonencode({})
    }
    resource "aws_sfn_state_machine" "each" {
      for_each   = toset(var.names)
      definition = jsonencode({})
    }
    resource "aws_sfn_state_machine" "unknown" {
      count      = var.many
      definition = jsonencode({})
    }
    resource "aws_sqs_queue" "none" { count = 0 }
    resource "aws_sqs_queue" "empty" { for_each = {} }
    module "step" {
      source = "./flow"
      what   = "x"
      count  = var.enabled ? 0 : 1
    }
    """


def test_a_count_of_one_and_of_none(write: Write) -> None:
    path = write({"main.tf": COUNTED, "flow/main.tf": FLOW})
    assert [each.logical_id for each in find_machines(path)] == ["on[0]", "unknown"]
    for name in ("on[0]", "on", "aws_sfn_state_machine.on", "aws_sfn_state_machine.on[0]", "on-sm"):
        assert load(path, logical_id=name).definition["States"]["A"]["Result"] == 0
    found = find_machines(path, parameters={"enabled": False, "names": ["a"], "many": 0})
    assert [each.logical_id for each in found] == ["off[0]", 'each["a"]', "module.step[0].order"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("off", "main.tf:10:1: aws_sfn_state_machine.off is not made, since its count is 0 here, which depends on var.enabled"),
        ("off[0]", "aws_sfn_state_machine.off is not made"),
        ('each["a"]', "main.tf:14:1: aws_sfn_state_machine.each is not made, since its for_each is empty here"),
        ("module.step.order", "main.tf:24:1: module.step is not made, since its count is 0 here, which depends on var.enabled"),
        ("onn", "on[0]"),
    ],
)
def test_what_a_count_does_not_make(write: Write, name: str, why: str) -> None:
    path = write({"main.tf": COUNTED, "flow/main.tf": FLOW})
    with pytest.raises(DefinitionError) as caught:
        load(path, logical_id=name)
    assert why in str(caught.value)


def test_the_only_machine_is_not_made(write: Write) -> None:
    path = write({"main.tf": machine_of("  count = 0\n  definition = jsonencode({})")})
    with pytest.raises(DefinitionError, match=r"no state .*main\.tf:1:1: aws_sfn_state_machine\.order is not"):
        load(path)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("length(aws_sqs_queue.none)", 0),
        ("one(aws_sqs_queue.none[*].arn)", None),
        ('join("", aws_sqs_queue.none[*].arn)', ""),
        ("{ for key, queue in aws_sqs_queue.empty : key => queue.arn }", {}),
        ('try(aws_sqs_queue.none[0].arn, "no")', "no"),
        ("length(module.step)", 0),
    ],
)
def test_references_to_none(write: Write, expression: str, value: Any) -> None:
    machine = machine_of(f"  definition = jsonencode({{ Comment = {expression} }})")
    (*_, found) = find_machines(write({"main.tf": f"{COUNTED}\n{machine}", "flow/main.tf": FLOW}))
    assert found.source.value["Comment"] == value


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("aws_sqs_queue.none[0].arn", "its count is 0 here"),
        ("aws_sqs_queue.two.arn", "there are 2 by count; write aws_sqs_queue.two[0].arn"),
        ('aws_sqs_queue.each["beto"].arn', "it has no instance 'beto'; did you mean 'beta'?"),
    ],
)
def test_references_to_no_instance(write: Write, expression: str, why: str) -> None:
    resources = 'resource "aws_sqs_queue" "two" { count = 2 }\nresource "aws_sqs_queue" "each" { for_each = toset(["beta"]) }\n'
    machine = machine_of(f"  definition = jsonencode({{ Comment = {expression} }})")
    found = find_machines(write({"main.tf": f"{COUNTED}\n{resources}{machine}", "flow/main.tf": FLOW}))[-1]
    assert why in str(found.source.notes)


@pytest.mark.parametrize(
    ("folder", "calls", "parameters", "made"),
    [
        ("modules/flow", (), {}, ["order"]),  # whoever calls it says how many
        ("modules/flow", (), {"enabled": False}, []),
        ("modules/flow", (), {"enabled": True}, ["order[0]"]),
        ("flow", (), {}, []),
        ("flow", ("", "enabled = true"), {}, ["order"]),
        ("flow", ("enabled = true",), {}, ["order[0]"]),
        ("flow", ("enabled = false",), {}, []),
    ],
)
def test_a_count_for_a_caller_to_say(
    write: Write, folder: str, calls: tuple[str, ...], parameters: dict[str, Any], made: list[str]
) -> None:
    flow = machine_of("  count = var.enabled ? 1 : 0\n  definition = jsonencode({})")
    callers = [f'module "m{at}" {{\n source = "./flow"\n{each}\n}}\n' for at, each in enumerate(calls)]
    path = write(
        {f"{folder}/main.tf": f'variable "enabled" {{ default = false }}\n{flow}', "main.tf": "".join(callers), ".git": ""}
    )
    found = find_machines(path, parameters=parameters)
    assert [each.logical_id for each in found] == made


def test_a_count_without_end(write: Write) -> None:
    path = write({"main.tf": machine_of("  count = 100000000\n  definition = jsonencode({})")})
    with pytest.raises(
        DefinitionError, match=r"^main\.tf:1:1: INVALID_TEMPLATE: resolving this takes more than 1,000,000 steps"
    ):
        find_machines(path)


def test_children_of_children(write: Write) -> None:
    path = write({
        "main.tf": 'module "app" {\n  source = "./app"\n  what = "x"\n}\n',
        "app/main.tf": 'variable "what" {}\nmodule "flow" {\n  source = "../flow"\n  what = upper(var.what)\n}\n',
        "flow/main.tf": FLOW,
    })  # fmt: skip
    (found,) = find_machines(path)
    assert (found.logical_id, found.name, found.source.value["Comment"]) == ("module.app.module.flow.order", "X-order", "X")


OUTER = """
    module "one" {
      source = "./flow"
      what   = "one"
    }
    module "each" {
      source   = "./flow"
      for_each = toset(["a", "b"])
      what     = each.key
    }
    module "far" { source = "some/thing/aws" }
    module "gone" { source = "./gone" }
    """


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("module.one.arn", "ARN:one-order"),
        ("module.one.both.list[0]", "one"),
        ('module.each["b"].arn', "ARN:b-order"),
        ("{ for key, each in module.each : key => each.both.name }", {"a": "a-order", "b": "b-order"}),
        ("values(module.each)[*].arn", ["ARN:a-order", "ARN:b-order"]),
        ("[for each in [module.one] : each.arn]", ["ARN:one-order"]),
    ],
)
def test_outputs(write: Write, expression: str, value: Any) -> None:
    path = write(
        {"main.tf": machine_of(f"  definition = jsonencode({{ Comment = {expression} }})") + OUTER, "flow/main.tf": FLOW}
    )
    found = next(each for each in find_machines(path) if each.logical_id == "order")
    text = json.dumps(found.source.value["Comment"]).replace("arn:aws:states:us-east-1:123456789012:stateMachine", "ARN")
    assert (json.loads(text), found.unresolved) == (value, [])


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("module.one.anr", "${module.one.anr} (the module 'one' has no output 'anr'; did you mean 'arn'?)"),
        ('module.each["c"].arn', "${module.each.c.arn} (it has no instance 'c')"),
        ("module.far.arn", "${module.far.arn} (it is an output of another module, some/thing/aws, whose files are not here)"),
        ("module.gone.arn", "${module.gone.arn} (it is an output of another module, and there is no folder './gone')"),
        ("module.oen.arn", "${module.oen.arn} (no file of the folder calls a module 'oen'; did you mean 'module.one'?)"),
    ],
)
def test_outputs_that_are_not_known(write: Write, expression: str, why: str) -> None:
    path = write(
        {"main.tf": machine_of(f"  definition = jsonencode({{ Comment = {expression} }})") + OUTER, "flow/main.tf": FLOW}
    )
    options = {"parameters": {expression: "given"}} if "[" not in expression else {}
    assert why in next(each for each in find_machines(path) if each.logical_id == "order").source.notes[0]
    if options:
        (found,) = [each for each in find_machines(path, **options) if each.logical_id == "order"]
        assert (found.source.value["Comment"], found.unresolved) == ("given", [])


def test_modules_made_of_each_other(write: Write) -> None:
    calls = "".join(f'module "{a}" {{\n  source = "./m"\n  x = module.{b}.y\n}}\n' for a, b in ("ab", "ba"))
    path = write({
        "main.tf": machine_of("  definition = jsonencode({ Comment = module.a.y })") + calls,
        "m/main.tf": 'variable "x" {}\noutput "y" { value = var.x }\n',
    })  # fmt: skip
    (note,) = find_machines(path)[0].source.notes
    assert "it is made of itself: module.a.y -> module.a.var.x -> module.b.y -> module.b.var.x -> module.a.y" in note


def test_a_module_outside_of_the_project_is_refused(write: Write) -> None:
    path = write({
        "project/main.tf": 'module "step" { source = "../out" }\n', "project/pyproject.toml": "", "out/main.tf": heredoc(DONE),
    })  # fmt: skip
    (found,) = find_machines(path)
    with pytest.raises(DefinitionError, match=r"FILE_REFUSED: .*source: out is outside of the project"):
        _ = found.source


def test_machines_of_the_folders_other_files(write: Write) -> None:
    path = write({"main.tf": "locals { a = 1 }\n", "flow.tf": heredoc(DONE)})
    assert find_machines(path) == []
    assert load(path).name == load(path, logical_id="order").name == "order-sm"
    more = write({"more.tf": heredoc(DONE).replace('"order"', '"more"').replace("order-sm", "more-sm")})
    assert [load(more).name, load(more, logical_id="order").name] == ["more-sm", "order-sm"]


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("var.cfg.wiat", "${var.cfg.wiat} (there is no 'wiat'; did you mean 'wait'?)"),
        ("local.list[4]", "${local.list.4} (there is no 4)"),
        ("local.text[0]", "${local.text.0} (there is no 0)"),
        ('aws_sqs_queue.q.tags["a"]', "${aws_sqs_queue.q.tags.a} (there is no 'a')"),
    ],
)
def test_a_part_that_a_value_has_not_is_called_after_the_value(write: Write, expression: str, told: str) -> None:
    more = 'variable "cfg" { default = { wait = 1 } }\nlocals {\n list = [1]\n text = "ab"\n}\n'
    queue = 'resource "aws_sqs_queue" "q" { tags = { b = 1 } }\n'
    path = write({"main.tf": machine_of(f"  definition = jsonencode({{ Comment = {expression} }})") + more + queue})
    (found,) = find_machines(path)
    assert told in found.source.notes[0]
