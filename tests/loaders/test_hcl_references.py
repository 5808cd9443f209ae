"""What Terraform's expressions refer to."""

from __future__ import annotations

import pytest

from pytest_sfn.asl.text import Text
from pytest_sfn.loaders.hcl import read_blocks
from pytest_sfn.loaders.hcl_references import references_of, references_of_template


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("var.a.b[0].c", ["var.a.b.0.c"]),
        ('local.a["k"].b', ["local.a.k.b"]),
        ("var.a[local.k].b", ["local.k", "var.a"]),
        ('"x${upper(var.a)}-${local.b}"', ["upper()", "var.a", "local.b"]),
        ("<<EOF\n${var.a}\n%{ for x in var.l }${x.y}${local.z}%{ endfor }%{ if var.c }d%{ endif }\nEOF",
         ["var.a", "var.l", "local.z", "var.c"]),
        ('{ key = var.a, (var.k) = 1, "q${var.q}" = 2 }', ["var.a", "var.k", "var.q"]),
        ("[for x in var.l : x.a + var.b if x.c]", ["var.l", "var.b"]),
        ("{ for k, v in var.m : k => v.a... }", ["var.m"]),
        ("var.a == null ? 1 : var.a.b", ["var.a", "var.a.b?"]),
        ("try(var.a.b, can(local.c))", ["try()", "var.a.b?", "can()?", "local.c?"]),
        ("module.m[*].arn", ["module.m"]),
        ("provider::aws::arn_parse(var.a)", ["provider::aws::arn_parse()", "var.a"]),
        ("-var.a + 3 * local.b", ["var.a", "local.b"]),
        ("f(var.a)[0].b", ["f()", "var.a"]),
        ("true", []),
    ],
)  # fmt: skip
def test_references(expression: str, expected: list[str]) -> None:
    text = Text("main.tf", f"it = {expression}\n")
    found = [*references_of(read_blocks(text).attributes["it"])]
    shown = [".".join(map(str, [each.root, *each.steps])) + "()" * each.is_call + "?" * each.guarded for each in found]
    assert sorted(shown) == sorted(expected)
    assert all(text.text.startswith(each.root, each.offset) for each in found)


def test_a_template_file() -> None:
    text = Text("a.tftpl", 'a ${b.c} $${d} "%{ for x in l ~}${x} ${jsonencode(e)}%{ endfor }"')
    assert [each.root for each in references_of_template(text)] == ["b", "l", "jsonencode", "e"]
