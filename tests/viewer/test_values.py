import json

from pytest_sfn.report.redaction import Redaction
from pytest_sfn.viewer.values import LARGEST, Values


def values(*paths: str) -> Values:
    redaction = Redaction([])
    redaction.add(paths)
    return Values(redaction)


def lines(found: Values, budget: int = 1_000_000) -> list[str]:
    return found.lines(budget)[0].split("\n")


def test_equal_values_are_one():
    found = values()
    first = {"a": 1}
    assert [found.value(first), found.value({"a": 1}), found.text('{"a":1}'), found.value([2])] == [0, 0, 0, 1]
    assert lines(found) == ['{"a":1}', "[2]"]


def test_numbers_stay_as_they_are_spelled():
    found = values()
    found.text('{"a":1.0,"b":12345678901234567890}')
    assert lines(found) == ['{"a":1.0,"b":12345678901234567890}']


def test_a_value_is_one_line_that_ends_no_element():
    found = values()
    found.text('{"a":\n "</script><!--"}')
    found.value("\u202e\ue000\ud800\u2028")
    texts = lines(found)
    assert texts == ['{"a":  "\ue000/script>\ue000!--"}', '"\\u202e\\ue000\\ud800\\u2028"']
    assert json.loads(texts[1]) == "\u202e\ue000\ud800\u2028"


def test_secrets_are_hidden_in_values_and_texts():
    found = values("$.card.number")
    number = found.value({"card": {"number": "4111-1111"}})
    other = found.text('{"said":"card 4111-1111"}')
    assert lines(found)[number] == '{"card":{"number":"[redacted]"}}'
    assert lines(found)[other] == '{"said":"card [redacted]"}'


def test_the_largest_are_cut_to_one_length():
    found = values()
    found.value("s")
    found.value("a" * 1000)
    found.value("é" * 1000)
    found.value("b" * 100)
    text, cut = found.lines(1105)
    small, first, second, third = text.split("\n")
    assert (small, third) == ('"s"', '"' + "b" * 100 + '"')
    assert (len(first), len(second.encode())) == (500, 499)
    assert cut == {1: 1002, 2: 1002}


def test_a_value_that_a_state_may_pass_on_is_whole_where_there_is_room():
    found = values()
    found.value("a" * (LARGEST - 2))
    found.value("a" * LARGEST)
    text, cut = found.lines()
    assert [len(line) for line in text.split("\n")] == [LARGEST, LARGEST]
    assert cut == {1: LARGEST + 2}
