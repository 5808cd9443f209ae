"""Terraform's templates: quoted texts, heredocs, directives."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.errors import DefinitionError
from tests.loaders.conftest import DONE, Write, heredoc, machine_of, value_of


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('"${var.list[1]}-${length(var.list)}"', "b-2"),
        ('"%{ if var.flag }on%{ else }off%{ endif }"', "on"),
        ('"%{ for v in var.list }<${v}>%{ endfor }"', "<a><b>"),
        ('"a\\n\\"b\\u0041"', 'a\n"bA'),
    ],
)
def test_expressions_in_texts(write: Write, expression: str, value: Any) -> None:
    assert value_of(write, expression) == value


def place(machine: Any, pointer: str) -> str:
    return str(machine.source.locate(pointer))


def test_heredoc(machine: Any) -> None:
    text = '{"StartAt": "Done",\n "States": {"Done": {"Type": "Succeed", "Comment": "${upper("x")}$${y}"}}}'
    found = machine({"main.tf": heredoc(text)})
    assert found.source.value["States"]["Done"]["Comment"] == "X${y}"
    assert place(found, "/States/Done") == "main.tf:5:13"


def test_heredoc_without_its_indentation(machine: Any) -> None:
    body = f'  definition = <<-EOF\n    {DONE}\n  EOF\n  type = "EXPRESS"'
    found = machine({"main.tf": machine_of(body)})
    assert found.type == "EXPRESS"
    assert place(found, "/StartAt") == "main.tf:4:6"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_blanks_behind_the_markers_of_heredocs(machine: Any, end: str) -> None:
    lines = ["  name = <<A\t ", "<<B ", "  x", "A  ", "  definition = <<-EOF  ", f"    {DONE}", "  EOF\t"]
    found = machine({"main.tf": machine_of(end.join(lines))})
    assert place(found, "/StartAt").endswith(":6")
    assert found.source.value["StartAt"] == "Done"


def test_markers_that_open_nothing(machine: Any) -> None:
    many = "".join(f'#  <<A\nlocals {{ a{number} = "<<A" }}\n' for number in range(2000))
    assert machine({"main.tf": many + heredoc(DONE)}).source.value["StartAt"] == "Done"


def test_a_template_with_loops_without_end(machine: Any) -> None:
    loops = "".join(f"%{{ for v{level} in range(1000) }}" for level in range(3)) + "a" + "%{ endfor }" * 3
    with pytest.raises(DefinitionError, match=r"DEFINITION_ELSEWHERE: .*too large"):
        _ = machine({"main.tf": heredoc(loops)}).source
