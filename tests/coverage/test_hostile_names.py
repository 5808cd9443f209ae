"""Every reporter and the data file take any text as the name of a definition, a state, an error or a test."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.coverage.analysis import Analysis, analyse
from pytest_sfn.coverage.data import CoverageData
from pytest_sfn.coverage.reporters import REPORTERS, report
from tests.coverage.taking import collecting
from tests.helpers import machine, task
from tests.hostile_texts import HOSTILE, harm


def flow(text: str) -> dict[str, object]:
    """The text is the name of a state and of errors, and a test raises it where nothing takes it."""
    work = task(Catch=[{"ErrorEquals": [text], "Next": f"Done {text}"}], TimeoutSeconds=3, Next=f"Done {text}")
    fails = {"Type": "Fail", "Error": text, "Cause": text}
    return machine(**{text: work, f"Done {text}": {"Type": "Pass", "Next": "Ends"}, "Ends": fails})


def analysis_of(folder: Path, text: str) -> Analysis:
    definition = flow(text)
    file = folder / "flow.asl.json"
    file.write_text(json.dumps(definition, indent=1), encoding="utf-8")
    with collecting(folder) as collector:
        collector.context = f"test[{text}]"
        account = SfnMock()
        account.lambda_function("f").returns({})
        account.load(file).run()
        account.load(definition, name=None).run()
        collector.finish()
    data = collector.data()
    data.missing.add(f"worker {text}")
    named = next(each for each in data.definitions.values() if not each.is_file)
    named.name = text
    again = CoverageData.loads(data.dumps())
    assert again == data
    again.write(folder / "data")
    assert CoverageData.read(folder / "data") == data
    return analyse(again, folder)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_every_reporter_takes_any_text(tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    analysis = analysis_of(tmp_path, text)
    out = tmp_path / "out"
    for name in REPORTERS:
        shown = report(analysis, name, out)
        assert shown
        assert harm(shown) == []
    for file in out.rglob("*"):
        if file.is_file():
            file.read_text(encoding="utf-8")
    assert harm((out / "sfn-coverage.md").read_text(encoding="utf-8")) == []
    written = json.loads((out / "sfn-coverage.json").read_text(encoding="utf-8"))
    assert text in {each["name"] for each in written["definitions"]}
    assert text in {element["state"] for each in written["definitions"] for element in each["elements"]}
    ET.parse(out / "sfn-coverage.xml")
    lcov = (out / "sfn-coverage.lcov").read_text(encoding="utf-8")
    assert {line.partition(":")[0] for line in lcov.splitlines()} <= {
        *("TN", "SF", "DA", "LF", "LH", "FN", "FNDA", "FNF", "FNH", "BRDA", "BRF", "BRH", "end_of_record"),
    }


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[31m", "a\udcff"])
def test_a_file_that_xml_and_lcov_cannot_name_is_left_out_of_them(tmp_path: Path, name: str) -> None:
    file = tmp_path / f"{name}.asl.json"
    try:
        file.write_text(json.dumps(machine(A={"Type": "Succeed"}), indent=1), encoding="utf-8")
    except (OSError, UnicodeEncodeError):
        pytest.skip("this file system has no such names")
    plain = tmp_path / "plain.asl.json"
    plain.write_bytes(file.read_bytes())
    with collecting(tmp_path) as collector:
        SfnMock().load(file).run()
        SfnMock().load(plain).run()
        collector.finish()
    analysis = analyse(CoverageData.loads(collector.data().dumps()), tmp_path)
    for kind in ("xml", "lcov"):
        shown = report(analysis, kind, tmp_path)
        assert "  without a" in shown
        assert harm(shown) == []
    for kind in ("term", "term-missing", "json", "markdown", "html"):
        assert harm(report(analysis, kind, tmp_path)) == []
