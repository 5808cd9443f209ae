import sys
import xml.etree.ElementTree as ET

import pytest

from pytest_sfn.definition import load
from pytest_sfn.diagrams.svg import to_svg
from pytest_sfn.errors import UnsupportedError
from tests.diagrams.machines import ORDER, chain

SVG = "{http://www.w3.org/2000/svg}"


def parts(text):
    """Classes and tooltip of every part, by its pointer."""
    return {
        part.get("data-pointer"): (part.get("class"), part.findtext(f"{SVG}title"))
        for part in ET.fromstring(text).iter()
        if part.get("data-pointer") is not None
    }


@pytest.fixture(autouse=True)
def _extra():
    pytest.importorskip("fast_sugiyama")


def test_every_element_of_coverage_is_in_the_picture():
    from pytest_sfn.asl.outline import parts_of
    from pytest_sfn.coverage.elements import elements

    machine = load(ORDER)
    assert set(parts(machine.to_svg())) == {part for element in elements(machine) for part in parts_of(element.pointer)}


def test_status_is_a_class_and_a_word():
    found = parts(to_svg(load(ORDER), lambda pointer: "missed" if "/Catch/1" in pointer else "covered"))
    assert found["/States/Charge"] == ("node task covered", "Charge\nTask · lambda charge\ncovered")
    assert found["/States/Ship"][0] == "node parallel group covered"
    assert found["/States/Charge/Catch/1/Next"] == ("edge catch missed", "Charge → Broken\nCatch States.ALL\nnever taken")
    assert found["/States/Charge/Catch/1/ErrorEquals/0"][0] == "error missed"
    assert found["/States/Charge/Retry/0"] == ("retrier covered", "Charge: retries Busy, Tired, 2 times at most\ncovered")


def test_every_part_can_be_reached_by_keyboard_and_says_what_it_is():
    found = [part for part in ET.fromstring(load(ORDER).to_svg()).iter() if part.get("data-pointer") is not None]
    assert all(part.get("tabindex") == "0" and part.get("aria-label") for part in found)
    assert parts(load(ORDER).to_svg())["/States/Charge/Retry/0/ErrorEquals/0"] == ("error", "Busy")


def test_names_of_errors_are_set_in_one_line():
    texts = [part for part in ET.fromstring(load(ORDER).to_svg()).iter(f"{SVG}text") if part.get("class") in ("retry", "label")]
    for title in [title for text in texts for part in text.iter() for title in part.findall(f"{SVG}title")]:
        title.text = ""  # a tooltip
    assert ["".join(text.itertext()) for text in texts] == [
        *("↻ 2x Busy, Tired", "Declined", "States.ALL", "$.paid = true", "$.later is present", "Default"),
    ]


def test_parts_can_be_known_by_another_pointer():
    assert "/written/Charge" in parts(to_svg(load(ORDER), identity=lambda pointer: pointer.replace("/States/", "/written/")))


@pytest.mark.parametrize("name", ["<script>", 'a"b', "a&b", "x\x00\x1b]", "]]>", "\U0001f600" * 40, "W" * 80])
def test_any_name_makes_xml(name):
    text = load(chain([name, "Z"])).to_svg()
    assert parts(text)["/States/Z"][1] == "Z\nSucceed"
    assert "<script>" not in text


def test_a_state_may_lead_to_itself():
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.again", "IsPresent": True, "Next": "C"}], "Default": "D"}
    assert "/States/C/Choices/0/Next" in parts(
        load({"StartAt": "C", "States": {"C": choice, "D": {"Type": "Succeed"}}}).to_svg()
    )


def test_without_the_extra_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "fast_sugiyama", None)
    with pytest.raises(UnsupportedError) as raised:
        load(ORDER).to_svg()
    assert str(raised.value) == "drawing needs fast-sugiyama; install it with: pip install 'pytest-sfn[html]'"
