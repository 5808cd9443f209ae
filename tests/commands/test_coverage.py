"""`pytest-sfn coverage`."""

import json

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.__main__ import main
from tests.coverage.taking import collecting
from tests.helpers import machine

ASK = machine(
    Ask={
        "Type": "Choice",
        "Choices": [{"Variable": "$.n", "NumericEquals": n, "Next": "Done"} for n in (0, 1)],
        "Default": "Done",
    },
    Done={"Type": "Succeed"},
)
TABLE = """\
Name             States   Transitions   Error paths   Cover
-----------------------------------------------------------
ask.asl.json   2/2 100%      {transitions}             -   {cover:>5}
-----------------------------------------------------------
TOTAL          2/2 100%      {transitions}             -   {cover:>5}
"""
ALL = TABLE.format(transitions="3/3 100%", cover="100%")
TWO = TABLE.format(transitions="2/3  67%", cover="80%")


@pytest.fixture
def shards(tmp_path, monkeypatch):
    """Three shards, each of which takes another way."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "ask.asl.json"
    file.write_text(json.dumps(ASK, indent=2), encoding="utf-8")
    for n in range(3):
        with collecting(tmp_path) as collector:
            SfnMock().load(file).run({"n": n})
            collector.finish()
        collector.data().write(tmp_path / f"shard-{n}" / ".sfn_coverage")
    return tmp_path


def test_combine_and_report(shards, capsys):
    assert main(["coverage", "combine", "shard-2/.sfn_coverage", "shard-0"]) == 0
    assert main(["coverage", "report"]) == 0
    assert capsys.readouterr().out == f"2 coverage files combined into .sfn_coverage\n{TWO}"

    assert main(["coverage", "combine", "--append", "shard-1", "shard-0"]) == 0
    assert main(["coverage", "report", "--fail-under=100"]) == 0
    assert capsys.readouterr().out.endswith(ALL)


def test_combine_finds_the_files_of_shards(shards, capsys):
    for n in range(2):
        (shards / f"shard-{n}" / ".sfn_coverage").rename(shards / f".sfn_coverage.{n}")
    (shards / ".sfn_coverage.12.34.tmp").write_text("half", encoding="utf-8")
    (shards / ".sfn_coverage").write_text("of an earlier run", encoding="utf-8")

    assert main(["coverage", "combine"]) == 0
    assert main(["coverage", "report"]) == 0
    assert capsys.readouterr().out == f"2 coverage files combined into .sfn_coverage\n{TWO}"


def test_report_from_elsewhere(shards, capsys, monkeypatch):
    folder = shards / "shard-0"
    monkeypatch.chdir(folder)
    assert main(["coverage", "report", "--root", "..", "--format=term", "--format=json:out.json"]) == 0

    assert capsys.readouterr().out.endswith("Coverage JSON written to out.json\n")
    totals = json.loads((folder / "out.json").read_text(encoding="utf-8"))["totals"]
    assert totals["transitions"] == {"taken": 1, "possible": 3, "percent": 33.33}


def test_precision(shards, capsys):
    main(["coverage", "report", "--data-file=shard-0/.sfn_coverage", "--precision=1"])
    assert capsys.readouterr().out.splitlines()[-1].split() == ["TOTAL", "2/2", "100.0%", "1/3", "33.3%", "-", "60.0%"]


def test_too_little(shards, capsys):
    assert main(["coverage", "report", "--data-file=shard-1/.sfn_coverage", "--fail-under=61"]) == 1
    assert capsys.readouterr().err == "FAIL Required Step Functions coverage of 61% not reached. Total: 60.00%\n"


@pytest.mark.parametrize("option", ["--fail-under", "--error-paths-fail-under"])
@pytest.mark.parametrize("text", ["nan", "-1", "100.5", "most"])
def test_no_percentage(shards, capsys, option, text):
    with pytest.raises(SystemExit) as stopped:
        main(["coverage", "report", f"{option}={text}"])
    assert stopped.value.code == 2
    assert capsys.readouterr().err.endswith(f"argument {option}: '{text}' is not a percentage from 0 to 100\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["combine", "nowhere"], "nowhere: no coverage data: No such file or directory"),
        (
            ["combine", "empty"],
            (
                "empty: no file there whose name begins with .sfn_coverage\n"
                "  fix  run pytest with --sfn-cov first, or name the files"
            ),
        ),
        (["combine"], "there is no .sfn_coverage.*\n  fix  name coverage files, or folders that have some"),
        (["report", "--data-file=ask.asl.json"], "ask.asl.json holds no coverage data of pytest-sfn"),
        (
            ["report", "--data-file=shard-0/.sfn_coverage", "--format=pdf"],
            "'pdf' is not a report; there are term, term-missing, json, markdown, markdown-append, html, xml, lcov",
        ),
        (
            ["report", "--data-file=shard-0/.sfn_coverage", "--root=nowhere"],
            "--root: nowhere is no folder\n  fix  name pytest's rootdir, below which the definitions are",
        ),
    ],
)
def test_mistakes(shards, capsys, arguments, message):
    (shards / "empty").mkdir()
    assert main(["coverage", *arguments]) == 2
    assert capsys.readouterr().err == f"pytest-sfn coverage: {message}\n"


def test_a_shard_of_another_version_of_the_definition_is_left_out(shards, capsys):
    main(["coverage", "combine", "shard-0", "shard-1"])
    (shards / "ask.asl.json").write_text(json.dumps(ASK), encoding="utf-8")
    main(["coverage", "report"])

    assert capsys.readouterr().out.splitlines()[1:] == [
        "No definition was loaded: there is nothing to report.",
        "",
        "warning: ask.asl.json:1: the definition has changed since its coverage was recorded, which is left out",
    ]
