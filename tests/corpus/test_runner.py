"""The runner over a small folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.corpus.runner import main, without_json5

GOOD = '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}'
LOST = '{"StartAt": "B", "States": {\n"A": {"Type": "Succeed"}}}'
MISSING = "MISSING_TRANSITION_TARGET: Missing 'Next' target: {} at /StartAt"
BROKEN = '{"StartAt": "A",\n "States": }'


@pytest.fixture
def folder(tmp_path: Path) -> Any:
    """Writes rows with their files into one of the folders."""

    def folder(name: str, *rows: tuple[dict[str, Any], str | None]) -> str:
        place = tmp_path / name
        place.mkdir()
        for row, text in rows:
            if text is not None:
                (place / row["file"]).write_text(text, encoding="utf-8")
        (place / "index.json").write_text(json.dumps([row for row, _ in rows]), encoding="utf-8")
        return str(tmp_path)

    return folder


def test_definitions(folder: Any, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        ({"file": "good.json", "kind": "wild"}, GOOD),
        ({"file": "lost.json", "kind": "wild"}, LOST),
        ({"file": "broken.json", "kind": "wild"}, BROKEN),
        ({"file": "other.json5", "kind": "fixture"}, GOOD.replace("}}}", "},}, /* } */ }")),
    ]

    assert main([folder("definitions", *rows)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "definitions: 4 passed, 0 failed",
        "of 3 real machines 1 (33.3 %) cannot be read",
        "of 3 real machines 1 (33.3 %) have lint errors",
        "of 3 real machines 0 (0.0 %) have lint warnings",
        "4 passed, 0 failed",
    ]


def test_a_relative_folder(folder: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    place = Path(folder("definitions", ({"file": "good.json", "kind": "wild"}, GOOD)))
    monkeypatch.chdir(place.parent)
    assert main([place.name]) == 0
    assert "1 passed, 0 failed" in capsys.readouterr().out


def test_templates(folder: Any, capsys: pytest.CaptureFixture[str]) -> None:
    template = "Resources:\n  M: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: no.json}}\n"
    row = {"file": "template.yaml", "kind": "fixture", "format": "sam", "n_machines": 1}

    assert main([folder("templates", (row, template), ({**row, "file": "two.yaml", "n_machines": 2}, template))]) == 0
    assert "2 passed, 0 failed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "expected", "reported"),
    [
        (LOST, {"authority": "AWS CreateStateMachine", "message": MISSING.format("B")}, True),
        (LOST, {"authority": "AWS CreateStateMachine", "message": MISSING.format("C")}, False),
        (
            LOST,
            {
                "authority": "AWS ValidateStateMachineDefinition",
                "code": "MISSING_TRANSITION_TARGET",
                "message": "Missing 'Next' target: B",
                "location": "/StartAt",
            },
            True,
        ),
        (LOST, {"authority": "x", "about": "start"}, True),
        (GOOD, {"authority": "x", "about": "start"}, False),
        (LOST, {"authority": "x", "start": [1, 0]}, True),
        (LOST, {"authority": "x", "start": [7, 0]}, False),
        (LOST, {"authority": "x", "path": ["Definition", "StartAt"]}, True),
        (LOST, {"authority": "x", "path": ["Definition", "States", "A", "End"]}, True),
        (LOST, {"authority": "x", "path": ["Definition", "States", "B"]}, False),
        (LOST, {"authority": "x", "message_contains": 'no "StartAt"'}, True),
        (LOST, {"authority": "x", "message_contains": 'no "Retry"'}, False),
    ],
)  # fmt: skip
def test_known_mistakes(folder: Any, capsys: pytest.CaptureFixture[str], text: str, expected: Any, reported: bool) -> None:
    status = main([folder("invalid", ({"file": "a.json", "expected": [expected]}, text))])

    assert status == (not reported)
    assert capsys.readouterr().out.splitlines()[-1] == ("1 passed, 0 failed" if reported else "0 passed, 1 failed")


def test_what_is_left_out(folder: Any, capsys: pytest.CaptureFixture[str]) -> None:
    aws = [{"authority": "AWS CreateStateMachine", "message": "x"}]
    stand_in = GOOD.replace("Succeed", "__tbd__")
    main([folder("invalid", ({"file": "no.json", "expected": aws}, None), ({"file": "a.json", "expected": aws}, stand_in))])

    assert capsys.readouterr().out.splitlines() == [
        "invalid: 0 passed, 0 failed, 2 left out",
        "  left out 1: there is no such file",
        "  left out 1: it holds a stand-in for what was sent to AWS",
        "0 passed, 0 failed",
    ]


def test_mock_configurations(folder: Any, capsys: pytest.CaptureFixture[str]) -> None:
    throw = {"Throw": {"Error": "E", "Cause": "c"}}
    responses = {"R": {"0": throw, "1-2": {"Return": 1}}, "F": {"0-1": throw}}
    cases = {"Good": {"A": "R", "B": "R"}, "Bad": {"A": "R", "B": "F"}}
    config = json.dumps({"StateMachines": {"m": {"TestCases": cases}}, "MockedResponses": responses})
    row = {"file": "a.json", "shape": "full", "definitions": [], "test_cases": {"m": list(cases)}, "responses": 2}
    alone = {"file": "b.json5", "shape": "responses only", "definitions": [], "test_cases": {}, "responses": 1}
    wrong = {**row, "file": "c.json", "responses": 3}

    rows = (row, config), (alone, '{"0": {"Return": 1,}}'), (wrong, config), ({**alone, "file": "d.json"}, '{"0": 1}')
    assert main([folder("mockconfigs", *rows)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["mockconfigs: 2 passed, 2 failed", "  test cases run: 6"]
    assert lines[2] == "FAILED mockconfigs/c.json: there are 2 responses"
    assert lines[3].startswith("FAILED mockconfigs/d.json: refused: d.json:1:")


def test_json5_keeps_its_places() -> None:
    text = '{"a": "//, }", // c, }\n "b": [1, /* , */ ], }'

    made = "".join(without_json5(text))

    assert json.loads(made) == {"a": "//, }", "b": [1]}
    assert [len(line) for line in made.splitlines()] == [len(line) for line in text.splitlines()]
