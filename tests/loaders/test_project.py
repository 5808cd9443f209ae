"""The files that a template may name are those of its project, and of the folders that the user lists."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pytest_sfn.defaults import defaults
from pytest_sfn.definition import load, load_template
from pytest_sfn.errors import DefinitionError
from pytest_sfn.lint.find import lint_file
from pytest_sfn.loaders.project import Files, Project, RefusedError
from tests.loaders.conftest import DONE, Write, machine_of

SECRET = "hush-hush"


@pytest.fixture(autouse=True)
def _settings() -> Iterator[None]:
    rootdir = defaults.rootdir
    defaults.rootdir = None
    yield
    defaults.rootdir = rootdir
    defaults.allowed_folders = ()


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the project, with a definition, a secret, and code."""
    folder = tmp_path.parent / f"{tmp_path.name}-outside"
    folder.mkdir()
    (folder / "order.asl.json").write_text(DONE, encoding="utf-8")
    (folder / "secret").write_text(SECRET, encoding="utf-8")
    (folder / "x.yml").write_text(f"x: {SECRET}\n", encoding="utf-8")
    (folder / "app.py").write_text("def handler(event, context): return 1\n", encoding="utf-8")
    return folder


# The root


def root(folder: Path) -> Path | None:
    return Project(folder).root


def test_the_folder_of_the_file_itself(tmp_path: Path) -> None:
    assert root(tmp_path) == tmp_path
    assert Project(None).root is None


@pytest.mark.parametrize("marker", [".git", "pyproject.toml", "package.json"])
def test_the_folder_that_has_a_marker(tmp_path: Path, marker: str) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    (tmp_path / marker).touch()
    assert root(folder) == tmp_path


def test_a_repository_is_wider_than_a_package_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "services" / "orders"
    folder.mkdir(parents=True)
    (tmp_path / ".git").touch()  # a file in a worktree
    (folder / "pyproject.toml").touch()
    assert root(folder) == tmp_path


def test_the_rootdir_of_pytest_if_it_has_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    defaults.rootdir = tmp_path
    assert root(folder) == tmp_path
    defaults.rootdir = tmp_path / "b"
    assert root(folder) == folder


def test_neither_the_disk_nor_a_home_directory_is_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    (tmp_path / ".git").touch()
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    defaults.rootdir = Path("/")
    assert root(folder) == folder


# What is inside


@pytest.mark.parametrize("named", ["x", "./a/../x", "a", ".", "no/such/thing"])
def test_inside(tmp_path: Path, named: str) -> None:
    assert Project(tmp_path).refusal(tmp_path / named) is None


@pytest.mark.parametrize("named", ["..", "../x", "a/../../x", "/etc/passwd", "/", "link", "link/passwd", "a\0/../../x"])
def test_outside(tmp_path: Path, named: str) -> None:
    (tmp_path / "link").symlink_to("/etc")
    refused = Project(tmp_path).refusal(Path(os.path.normpath(tmp_path / named)))
    assert refused is not None
    assert refused.message.endswith(f"outside of the project {tmp_path}")


def test_the_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to("/etc")
    assert str(Project(tmp_path).refusal(tmp_path / "link" / "passwd")) == (
        f"link/passwd leads to /etc/passwd, outside of the project {tmp_path}\n"
        "  fix  if that is meant, list its folder: sfn_allowed_folders = /etc in the ini file, allowed_folders=[...] of load, "
        "or --allow-folder of the command"
    )
    assert str(Project(tmp_path).refusal(Path("/etc/passwd"))).startswith("/etc/passwd is outside of the project ")


@pytest.mark.parametrize("named", ["/proc/self/environ", "/dev/zero", "/sys/power/state"])
def test_what_the_kernel_makes_is_no_file_of_any_project(named: str) -> None:
    refused = Project(Path("/")).refusal(Path(named))
    assert refused is not None
    assert refused.message.endswith("is no file of a project")


def test_a_circle_of_links_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert Files(tmp_path, Project(tmp_path)).find("a") is None


def test_a_pipe_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RefusedError, match=r"^pipe is a device or pipe, and no file"):
        Files(tmp_path, Project(tmp_path)).find("pipe", "file", "directory")


def test_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    files = Files(tmp_path, Project(tmp_path))
    assert files.find("file") == tmp_path / "file"
    assert files.find(".") is None
    assert files.find(".", "file", "directory") == tmp_path
    assert files.find("nothing") is None
    assert files.find("") is None
    assert Files(None, Project(None)).find("file") is None


def test_a_value_of_the_users_may_lead_outside(tmp_path: Path, outside: Path) -> None:
    files = Files(tmp_path, Project(tmp_path), [str(outside), f"../{outside.name}", "/", 5])
    for named in (f"{outside}/secret", f"../{outside.name}/secret"):
        found = files.find(named)
        assert found is not None
        assert found.read_text(encoding="utf-8") == SECRET
    for named in (f"{outside}/../x", "/etc/passwd"):
        with pytest.raises(RefusedError):
            files.find(named)


# Templates

SAM = """
Transform: AWS::Serverless-2016-10-31
Parameters: {Where: {Type: String, Default: ../outside/order.asl.json}}
Resources:
  M:
    Type: AWS::Serverless::StateMachine
    Properties:
      %s
"""


def refusal(load_it: Callable[[], object]) -> str:
    with pytest.raises(DefinitionError) as caught:
        load_it()
    assert SECRET not in str(caught.value)
    (problem,) = caught.value.diagnostics
    assert problem.code == "FILE_REFUSED"
    assert problem.hint.startswith("if that is meant, list its folder: sfn_allowed_folders = ")
    assert problem.location is not None
    return problem.message


def properties(outside: Path) -> list[str]:
    return [
        f"DefinitionUri: ../{outside.name}/order.asl.json",
        f"DefinitionUri: {outside}/order.asl.json",
        "DefinitionUri: link/order.asl.json",
        f"Definition: {{Fn::Transform: {{Name: AWS::Include, Parameters: {{Location: {outside}/x.yml}}}}}}",
    ]


@pytest.mark.parametrize("number", range(4))
def test_definitions_of_sam(write: Write, tmp_path: Path, outside: Path, number: int) -> None:
    path = write({"template.yaml": SAM % properties(outside)[number]})
    (tmp_path / "link").symlink_to(outside)
    assert f"outside of the project {tmp_path}" in refusal(lambda: load(path))
    (found,) = lint_file(path)
    assert [each.rule.name for each in found.problems] == ["not-looked-at"]
    assert SECRET not in str(found)


@pytest.mark.parametrize("named", ["no-such-file", "secret"])
def test_whether_a_file_outside_is_there_is_not_told(write: Write, outside: Path, named: str) -> None:
    path = write({"template.yaml": SAM % f"DefinitionUri: {outside}/{named}"})
    assert refusal(lambda: load(path)) == (
        f"state machine 'M': DefinitionUri: {outside}/{named} is outside of the project {path.parent}"
    )


def test_a_suggestion_is_a_file_that_is_read(write: Write, tmp_path: Path) -> None:
    (tmp_path / "order.asl.json").write_text(DONE, encoding="utf-8")
    path = write({"app/template.yaml": SAM % "DefinitionUri: order.asl.json", "app/pyproject.toml": ""}).with_name(
        "template.yaml"
    )
    with pytest.raises(DefinitionError, match="there is no file") as caught:
        load(path)
    assert "did you mean" not in str(caught.value)
    with pytest.raises(DefinitionError, match="did you mean"):
        load(path, allowed_folders=[tmp_path])


def test_a_suggestion_goes_through_no_link(tmp_path: Path, outside: Path) -> None:
    (tmp_path / "link").symlink_to(outside)
    (tmp_path / "src").mkdir()
    files = Files(tmp_path, Project(tmp_path))
    assert files.near("linc/secret") == files.near("src/secret") == files.near("secret") == ""
    assert files.near_paths("secret") == []
    assert Files(tmp_path, Project(tmp_path, [outside])).near_paths("secret") == [tmp_path / "link" / "secret"]


def test_a_folder_that_is_listed(write: Write, outside: Path) -> None:
    path = write({"template.yaml": SAM % f"DefinitionUri: ../{outside.name}/order.asl.json"})
    assert load(path, allowed_folders=[outside]).definition["StartAt"] == "Done"
    assert load(path, allowed_folders=[f"../{outside.name}"], directories=[path.parent]).definition["StartAt"] == "Done"
    refusal(lambda: load(path))  # what was loaded before counts as little
    defaults.allowed_folders = (outside,)
    assert load(path).definition["StartAt"] == "Done"


def test_a_parameter_of_the_users(write: Write, outside: Path) -> None:
    path = write({"template.yaml": SAM % "DefinitionUri: !Ref Where"})
    refusal(lambda: load(path))
    assert load(path, parameters={"Where": f"{outside}/order.asl.json"}).definition["StartAt"] == "Done"


def test_a_path_of_the_tests_own(write: Write, outside: Path) -> None:
    write({"x": ""})
    assert load(outside / "order.asl.json").definition["StartAt"] == "Done"


@pytest.mark.parametrize("uri", ["CodeUri: ../{}", "CodeUri: /", "CodeUri: pipe"])
def test_code(write: Write, tmp_path: Path, outside: Path, uri: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    kind = "Type: AWS::Serverless::Function\n    Properties: {Handler: app.handler, Runtime: python3.12, "
    path = write({"template.yaml": f"Resources:\n  F:\n    {kind}{uri.format(outside.name)}}}\n"})
    (function,) = load_template(path).functions
    assert function.code is None
    assert "outside of the project" in function.code_refused or "pipe is a device or pipe" in function.code_refused


def test_layers(write: Write, outside: Path) -> None:
    path = write(
        {
            "template.yaml": f"""
        Resources:
          L: {{Type: AWS::Serverless::LayerVersion, Properties: {{ContentUri: ../{outside.name}}}}}
          F: {{Type: AWS::Serverless::Function, Properties: {{CodeUri: ., Layers: [!Ref L]}}}}
        """
        }
    )
    (function,) = load_template(path).functions
    assert function.layers == ()
    assert function.other_layers[0].startswith("L, since ")
    assert "outside of the project" in function.other_layers[0]


STACK = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: %s, Parameters: {Where: "%s"}}
"""


@pytest.mark.parametrize("uri", ["!Ref Where", "{}/order.asl.json"])
def test_a_parameter_that_a_template_gives_to_a_nested_stack(write: Write, outside: Path, uri: str) -> None:
    path = write(
        {
            "template.yaml": STACK % ("inner/template.yaml", f"{outside}/order.asl.json"),
            "inner/template.yaml": SAM % f"DefinitionUri: {uri.format(outside)}",
        }
    )
    refusal(lambda: load(path))
    assert load(path, allowed_folders=[outside]).definition["StartAt"] == "Done"


def test_code_that_a_nested_stack_names(write: Write, outside: Path) -> None:
    path = write(
        {
            "template.yaml": STACK % ("inner.yaml", outside),
            "inner.yaml": f"""
Transform: AWS::Serverless-2016-10-31
Parameters: {{Where: {{Type: String}}}}
Resources:
  F: {{Type: AWS::Serverless::Function, Properties: {{Runtime: python3.12, Handler: app.handler, CodeUri: !Ref Where}}}}
  G: {{Type: AWS::Serverless::Function, Properties: {{Runtime: python3.12, Handler: app.handler, CodeUri: {outside}}}}}
""",
        }
    )
    assert [each.code for each in load_template(path).functions] == [None, None]


def test_a_nested_stack_in_a_listed_folder_makes_the_project_no_wider(write: Write, outside: Path) -> None:
    lib = outside / "lib"
    lib.mkdir()
    (outside / ".git").mkdir()
    (lib / "template.yaml").write_text(SAM % "DefinitionUri: ../order.asl.json")
    path = write({"template.yaml": STACK % (lib / "template.yaml", "")})
    refusal(lambda: load(path, allowed_folders=[lib]))


SERVERLESS = "service: s\ncustom: {%s}\nstepFunctions: {stateMachines: {m: {definition: '%s'}}}\n"


@pytest.mark.parametrize(
    ("custom", "definition"),
    [
        ("", "${file(OUT/x.yml):x}"),
        ("a: '${file(OUT/x.yml):x}'", "${self:custom.a}"),
        ("", '{"StartAt": "${file(OUT/secret)}"}'),
    ],
)  # fmt: skip
def test_files_of_serverless(write: Write, outside: Path, custom: str, definition: str) -> None:
    text = (SERVERLESS % (custom, definition)).replace("OUT", f"../{outside.name}")
    path = write({"serverless.yml": text})
    assert "outside of the project" in refusal(lambda: load(path))


@pytest.mark.parametrize(
    "expression",
    [
        'file("OUT/secret")',
        'templatefile("${path.module}/OUT/secret", {})',
        'jsonencode({ StartAt = file("OUT/secret") })',
        '"${file("OUT/secret")}"',
        'jsonencode({ StartAt = fileexists("OUT/secret") })',
    ],
)
def test_files_of_terraform(write: Write, outside: Path, expression: str) -> None:
    path = write({"main.tf": machine_of(f"  definition = {expression.replace('OUT', f'../{outside.name}')}")})
    assert "definition: " in refusal(lambda: load(path))


def test_modules_of_terraform(write: Write, outside: Path) -> None:
    (outside / "main.tf").write_text(machine_of("  definition = jsonencode({})"), encoding="utf-8")
    path = write({"main.tf": f'module "steps" {{\n  source = "../{outside.name}"\n}}\n'})
    assert "source: " in refusal(lambda: load(path))


@pytest.mark.parametrize("name", ["more.tf", "terraform.tfvars"])
def test_files_of_a_module_that_lead_outside(write: Write, tmp_path: Path, outside: Path, name: str) -> None:
    path = write({"main.tf": machine_of('  definition = "${var.x}"') + 'variable "x" {}\n'})
    (tmp_path / name).symlink_to(outside / "secret")
    with pytest.raises(DefinitionError, match="outside of the project"):
        load(path)


def test_a_pipe_beside_a_module(write: Write, tmp_path: Path) -> None:
    path = write({"main.tf": machine_of("  definition = jsonencode({})")})
    os.mkfifo(tmp_path / "more.tf")
    with pytest.raises(DefinitionError, match=r"more.tf is a device or pipe, and no file"):
        load(path)
