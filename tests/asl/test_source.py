"""Finding a definition, substitutions, the places of values, and the one error that lists all problems."""

import os
import warnings
from pathlib import Path

import pytest

from pytest_sfn.asl.source import Source, read_loosely, read_source
from pytest_sfn.errors import DefinitionError, DefinitionWarning

MINIMAL = '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}'


def refusal(source: object, **options: object) -> str:
    with pytest.raises(DefinitionError) as caught:
        read_source(source, **options)  # type: ignore[arg-type]
    return str(caught.value)


def where(source: Source, pointer: str, *, value: bool = False) -> tuple[int, int]:
    location = source.locate(pointer, value=value)
    assert location is not None
    return location.line, location.column


# Finding


def test_relative_paths_are_tried_in_order_and_never_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("first", "second", "cwd"):
        (tmp_path / name).mkdir()
    (tmp_path / "second" / "a.json").write_text('{"Comment": "second"}')
    (tmp_path / "cwd" / "a.json").write_text('{"Comment": "cwd"}')
    monkeypatch.chdir(tmp_path / "cwd")
    assert read_source("a.json", directories=[tmp_path / "first", tmp_path / "second"]).value == {"Comment": "second"}
    assert "needs a directory to start from" in refusal("a.json")


def test_an_absolute_path_and_a_path_object(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text(MINIMAL)
    for source in (file, str(file)):
        read = read_source(source)
        assert (read.path, read.text) == (file, MINIMAL)


def test_the_name_is_relative_to_the_working_directory_where_that_is_shorter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.json").write_text(MINIMAL)
    monkeypatch.chdir(tmp_path)
    assert read_source(tmp_path / "a.json").name == "a.json"
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert read_source(tmp_path / "a.json").name == str(tmp_path / "a.json")


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        ("machines/Order.asl.json", "machines/order.asl.json"),  # another case
        ("machine/order.asl.json", "machines/order.asl.json"),  # a slip in a directory
        ("machines/ordr.asl.json", "machines/order.asl.json"),
        ("machines/order.yaml", "machines/order.asl.json"),  # another format
        ("order.asl.json", "machines/order.asl.json"),  # one directory further down
    ],
)
def test_a_missing_file_is_told_with_every_place_and_the_nearest_names(tmp_path: Path, asked: str, near: str) -> None:
    (tmp_path / "machines").mkdir()
    (tmp_path / "machines" / "order.asl.json").write_text(MINIMAL)
    (tmp_path / "empty").mkdir()
    assert refusal(asked, directories=[tmp_path, tmp_path / "empty"]).splitlines() == [
        f"definition '{asked}' not found",
        f"  looked at  {tmp_path / asked}",
        f"  looked at  {tmp_path / 'empty' / asked}",
        f"  did you mean  {tmp_path / near}",
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_directory_and_a_pipe_are_no_definitions(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "which is a directory" in refusal(tmp_path)
    assert "which is a device or pipe" in refusal(tmp_path / "pipe")


@pytest.mark.parametrize("source", ["", "  ", "a\0b", "x" * 5000, "'StartAt': 1"])
def test_no_text_is_too_odd_for_a_path(tmp_path: Path, source: str) -> None:
    assert refusal(source, directories=[tmp_path])


@pytest.mark.parametrize("source", [None, 3, [MINIMAL], b"{}", Path])
def test_a_source_of_another_type_is_refused(source: object) -> None:
    assert refusal(source).startswith("a definition is a path, a text or a dict, not a ")


def test_a_byte_order_mark_is_no_matter(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text(MINIMAL, encoding="utf-8-sig")
    assert where(read_source(file), "/StartAt") == (1, 2)
    assert read_source("\ufeff" + MINIMAL).value == read_source(MINIMAL).value


def test_a_file_in_another_encoding_is_refused_at_the_first_wrong_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.json").write_bytes('{\n"a": "ä"}'.encode("latin-1"))
    message = "a.json:2:7: INVALID_ENCODING: The file is not UTF-8 text: byte 0xe4 at offset 8\n  fix  save it as UTF-8"
    assert refusal(Path("a.json").absolute()) == message
    Path("b.json").write_text(MINIMAL, encoding="utf-16")
    assert "it looks like UTF-16" in refusal(Path("b.json").absolute())


def test_what_aws_does_not_take_for_its_size_is_refused(tmp_path: Path) -> None:
    padded = MINIMAL + " " * (1_048_576 - len(MINIMAL))
    assert read_source(padded).value
    assert "DEFINITION_TOO_LARGE: The definition has 1,048,577 characters" in refusal(padded + " ")
    with (tmp_path / "huge.json").open("wb") as file:
        file.truncate(70_000_000)  # without writing them
    assert "70,000,000 bytes; 67,108,864 are read at most" in refusal(tmp_path / "huge.json")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("a.json", '{"a": 1}', {"a": 1}),
        ("a.asl.json", '{"a": 1}', {"a": 1}),
        ("a.yaml", "a: 1", {"a": 1}),
        ("a.asl.yml", "a: 1", {"a": 1}),
        ("a.YAML", "{a: 1,}", {"a": 1}),
        ("a.yaml", '{"a": "\\ud83d\\ude00", "b": 1e5}', {"a": "😀", "b": 1e5}),  # JSON that PyYAML reads wrongly
        ("a.asl", "a: 1", {"a": 1}),
        ("a.asl", '{"a": 1}', {"a": 1}),
        ("a", '\n {"a": 1}', {"a": 1}),
        ("a.json.tmpl", '{"a": 1}', {"a": 1}),
    ],
)
def test_the_extension_decides_the_format_else_the_first_character(tmp_path: Path, name: str, text: str, value: object) -> None:
    (tmp_path / name).write_text(text)
    assert read_source(name, directories=[tmp_path]).value == value


def test_yaml_in_a_json_file_is_refused_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("StartAt: A\n")
    assert "give the file the extension .yaml" in refusal(tmp_path / "a.json")


# Dicts


def test_a_dict_is_checked_and_copied() -> None:
    given = {"States": {"A": {"Type": "Pass"}}}
    source = read_source(given)
    given["States"]["A"]["Type"] = "Fail"
    assert source.value == {"States": {"A": {"Type": "Pass"}}}
    assert (source.name, source.text, source.locate("/States")) == (None, None, None)
    assert refusal({"a": {1, 2}}) == "the definition is not JSON: $.a is a set, which JSON does not have; use a list"


def test_substitutions_reach_the_strings_and_keys_of_a_dict() -> None:
    source = read_source({"${Name}": ["x-${N}", {"y": "${N}"}]}, substitutions={"Name": "a", "N": 5})
    assert source.value == {"a": ["x-5", {"y": "5"}]}
    left = read_source({"a": "${Q}"})
    assert left.placeholders == ("Q",)
    assert left.notes == ("the definition: no substitution for ${Q}; left as written",)


# Substitutions

FILLED = [
    ('{"a": "${X}"}', "text", {"a": "text"}),
    ('{"a": "x-${X}-y-${X}"}', 5, {"a": "x-5-y-5"}),
    ('{"a": "${ X }"}', "blanks", {"a": "blanks"}),
    ('{"a": "${X}"}', 'say "hi"\\\n', {"a": 'say "hi"\\\n'}),
    ('{"a": "${X}"}', {"k": ['"']}, {"a": '{"k":["\\""]}'}),
    ('{"a": "${X}"}', True, {"a": "true"}),
    ('{"a": "${X}"}', None, {"a": "null"}),
    ('{"a": ${X}}', 5, {"a": 5}),
    ('{"a": ${X}, "b": [${X}]}', {"k": 1}, {"a": {"k": 1}, "b": [{"k": 1}]}),
    ('{"a": ${X}}', False, {"a": False}),
    ('{"a": ${X}}', None, {"a": None}),
    ('{"a": ${X}}', "30", {"a": 30}),  # as AWS, which puts the text in before it parses
    ('{"a": ${X}}', '{"k": 1}', {"a": {"k": 1}}),
    ('{"${X}": {"${X}": 1}}', "key", {"key": {"key": 1}}),
    ('{"a": "${X}"}', "${X}", {"a": "${X}"}),  # one pass only
    ("a: ${X}\n", 5, {"a": 5}),
    ("a: ${X}\n", "30", {"a": 30}),
    ("a: '${X}'\n", 30, {"a": "30"}),
    ('a: "${X}"\n', {"k": 1}, {"a": '{"k":1}'}),
    ("a: ${X}\n", "b: # c", {"a": "b: # c"}),
    ("a: ${X}:$LATEST\n", "arn", {"a": "arn:$LATEST"}),
    ("a: {b: [${X}, ${ X }]}\n", [1], {"a": {"b": [[1], [1]]}}),
    ("${X}: 1\n", "No", {"No": 1}),
    ("a: |\n  x ${X}\n  y\n", "line", {"a": "x line\ny\n"}),
]


@pytest.mark.parametrize(("text", "value", "expected"), FILLED)
def test_substitutions(text: str, value: object, expected: object) -> None:
    source = read_source(text, substitutions={"X": value})
    assert source.value == expected
    assert source.placeholders == ()
    assert source.text == text


@pytest.mark.parametrize("name", ["table.tableName", "AWS::Region", "a-b", "1", "größe", "odd name!", "self:custom.x"])
def test_names_of_substitutions(name: str) -> None:
    assert read_source(f'{{"a": "${{{name}}}"}}', substitutions={name: "v"}).value == {"a": "v"}


@pytest.mark.parametrize("text", ["{% $.x.${'id': id} %}", "$x", "${", "${}", "{X}", "States.Format('{}', $.X)", "${!Literal}"])
def test_what_is_no_placeholder(text: str) -> None:
    source = read_source('{"a": ' + f'"{text}"' + "}\n")
    assert source.value == {"a": text}
    assert source.placeholders == ()


def test_missing_and_unused_substitutions_are_warned_of_at_the_line_of_the_caller() -> None:
    text = '{"a": "${Topic}",\n"b": "${Topic} ${ Queue}"}'
    source = read_source(text, substitutions={"TopicArn": "x"})
    with pytest.warns(DefinitionWarning) as caught:
        source.warn()
    assert source.value == {"a": "${Topic}", "b": "${Topic} ${ Queue}"}
    assert source.placeholders == ("Topic", "Queue")
    assert [str(warning.message) for warning in caught] == [
        "<definition>:1:8: no substitution for ${Topic} (1:8, 2:7), ${Queue} (2:16); left as written",
        "<definition>: nothing to substitute for 'TopicArn' (did you mean 'Topic'?)",
    ]
    assert {warning.filename for warning in caught} == {__file__}


def test_a_bare_placeholder_without_a_value_says_what_it_needs() -> None:
    text = '{\n "Seconds": ${Wait},\n "Count": ${N}\n}'
    assert refusal(text, substitutions={"N": 1}) == (
        "<definition>:2:13: MISSING_SUBSTITUTION: ${Wait} is outside of quotes and has no value, so this is not JSON\n"
        '    2 |  "Seconds": ${Wait},\n'
        "      |             ^\n"
        "  fix  pass substitutions={'Wait': ...}"
    )


def test_a_bare_placeholder_with_a_text_that_is_no_json_is_read_but_warned_of() -> None:
    source = read_source('{"a": ${X}}', substitutions={"X": "arn:aws"})
    assert source.value == {"a": "arn:aws"}
    (note,) = source.notes
    assert note.startswith("<definition>:1:7: ")
    assert "AWS would refuse" in note


def test_a_note_on_placeholders_gives_way_to_another_that_says_more() -> None:
    source = read_source('{"a": "${One} ${Two}"}')
    source.note_instead(["more of it"], {"Two"})
    assert source.notes == ("<definition>:1:8: no substitution for ${One} (1:8); left as written", "more of it")
    source.note_instead([], {"One"})
    assert source.notes == ("more of it",)


def test_a_substitution_that_is_no_json_is_refused() -> None:
    assert refusal(MINIMAL, substitutions={"X": {1}}).startswith("substitutions['X']: $ is a set")
    assert refusal(MINIMAL, substitutions={3: "x"}) == "substitutions: the name 3 is not a str"


def test_keys_that_become_equal_are_duplicates() -> None:
    assert 'DUPLICATE_KEY: The key "k" occurs twice' in refusal('{"${A}": 1, "${B}": 2}', substitutions={"A": "k", "B": "k"})


# Places

JSON = """{
  "StartAt": "A",
  "States": {
    "a/b~c": {"Retry": [ {"ErrorEquals": ["X"]},
       3 ]},
    "${Name}": {"Long": "${Long}", "After": 1}
  }
}"""


def test_places_are_those_of_the_original_text() -> None:
    source = read_source(JSON, substitutions={"Name": "N" * 50, "Long": "l" * 50})
    assert where(source, "") == (1, 1)
    assert where(source, "/StartAt") == (2, 3)
    assert where(source, "/StartAt", value=True) == (2, 14)
    assert where(source, "/States/a~1b~0c") == (4, 5)
    assert where(source, "/States/a~1b~0c/Retry/0/ErrorEquals/0") == (4, 43)
    assert where(source, "/States/a~1b~0c/Retry/1") == (5, 8)
    assert where(source, "/States/" + "N" * 50) == (6, 5)
    assert where(source, "/States/" + "N" * 50 + "/After") == (6, 36)
    assert str(source.locate("/States")) == "<definition>:3:3"


@pytest.mark.parametrize("text", [MINIMAL, MINIMAL.replace("Succeed", "${X}")])
def test_what_is_not_there_is_located_at_what_is_around_it(text: str) -> None:
    with warnings.catch_warnings(action="ignore"):
        source = read_source(text)
    assert where(source, "/States/A/Next") == where(source, "/States/A") == (1, 29)
    assert where(source, "/nowhere/at/all") == (1, 1)


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_break_counts_once(tmp_path: Path, line_break: str) -> None:
    for name, text in (("a.json", ["{", ' "ä😀": 1,', ' "b": 2}']), ("b.yaml", ["ä😀: 1", "", "b: 2"])):
        (tmp_path / name).write_bytes(line_break.join(text).encode())
        assert where(read_source(tmp_path / name), "/b")[0] == 3


def test_the_inside_of_a_substituted_value_is_at_its_placeholder() -> None:
    source = read_source('{"a": ${X},\n"b": "x"}', substitutions={"X": {"deep": [1]}})
    assert where(source, "/a/deep/0", value=True) == (1, 7)


# The error


def test_all_problems_are_listed_in_the_order_of_the_text_with_line_and_hint() -> None:
    text = '{\n  "States": {\n    "A": {"Type": "Pass",},\n    "A": {"Next": "Nowhere"}\n  }\n  "Comment": 1\n}'
    assert refusal(text) == (
        "<definition> has 3 problems\n"
        "<definition>:3:25: state 'A': INVALID_JSON_DESCRIPTION: A comma before the closing '}'\n"
        '    3 |     "A": {"Type": "Pass",},\n'
        "      |                         ^\n"
        "  fix  remove this comma\n"
        "<definition>:4:5: state 'A': DUPLICATE_KEY: The state name \"A\" occurs twice, first in line 3\n"
        '    4 |     "A": {"Next": "Nowhere"}\n'
        "      |     ^\n"
        "  fix  give one of the two states another name\n"
        "<definition>:5:4: INVALID_JSON_DESCRIPTION: A comma is missing here\n"
        "    5 |   }\n"
        "      |    ^\n"
        "  fix  put a comma between one element and the next"
    )


def test_a_long_line_is_cut_around_the_column() -> None:
    lines = refusal('{"a": "' + "x" * 500 + '", "b": True, "c": "' + "y" * 500 + '"}').splitlines()
    assert lines[0].startswith("<definition>:1:516: INVALID_JSON_DESCRIPTION: Unrecognized token 'True'")
    assert len(lines[1]) < 120
    assert lines[1][lines[2].index("^") :].startswith("True,")


@pytest.mark.parametrize(("text", "kind"), [(" \n[1]", "array"), ("- 1\n- 2", "array"), ("a\nb", "string")])
def test_a_definition_is_an_object(text: str, kind: str) -> None:
    assert f"SCHEMA_VALIDATION_FAILED: A definition is an object, and this is of the type {kind}" in refusal(text)


def test_loosely_read_a_placeholder_outside_of_quotes_is_its_own_text(recwarn: pytest.WarningsRecorder) -> None:
    source = read_source('{"Seconds": ${Wait}, "a": "${Other}"}', loose=True)

    assert source.value == {"Seconds": "${Wait}", "a": "${Other}"}
    assert source.placeholders == ("Wait", "Other")
    assert not recwarn.list
    with pytest.raises(DefinitionError, match="is outside of quotes"):
        read_source('{"Seconds": ${Wait}}')


@pytest.mark.filterwarnings("error")
def test_for_a_drawing_a_placeholder_outside_of_quotes_is_a_number(tmp_path: Path) -> None:
    tmp_path.joinpath("a.asl.json").write_text('{"Seconds": ${Wait}, "a": "${Other}"}', encoding="utf-8")

    assert read_loosely(Path("a.asl.json"), [tmp_path]).value == {"Seconds": 1, "a": "${Other}"}
    tmp_path.joinpath("b.asl.json").write_text('{"Seconds": ${Wait}, }', encoding="utf-8")
    with pytest.raises(DefinitionError):
        read_loosely(tmp_path / "b.asl.json")
