"""Names of the pages of `--sfn-html`."""

import pytest

from pytest_sfn.viewer.files import SUFFIX, file_name, link, relative, remove_pages


def test_a_name_that_people_can_read():
    assert (
        file_name("tests/test_order.py::TestPaid::test_it[a-1]")
        == "tests-test_order.py-TestPaid-test_it-a-1-f8876544.execution.html"
    )
    assert file_name("test_order.py::test_it", 2) == "test_order.py-test_it-b791d995-2.execution.html"


def test_of_a_long_name_the_middle_is_left_out():
    name = file_name("tests/test_loan.py::test_it[" + "x" * 200 + "-last]")
    assert name.startswith("tests-test_loan.py-test_it-xxx")
    assert "xxx-last-" in name


@pytest.mark.parametrize(
    "test",
    [
        "test_a.py::test_it[../../../etc/passwd]",
        'test_a.py::test_it[<>:"|?*\\\x00\n]',
        "test_a.py::test_it[" + "ä" * 500 + "]",
        "test_a.py::test_it[\ud800]",
        "...",
        "",
    ],
)
def test_a_name_that_every_system_takes(test, tmp_path):
    name = file_name(test)
    (tmp_path / name).write_text("", encoding="utf-8")

    assert [file.name for file in tmp_path.iterdir()] == [name]
    assert name.isascii()
    assert not name.startswith(".")
    assert len(name) < 150


def test_no_two_tests_have_one_file():
    tests = [
        "t.py::test[a/b]",
        "t.py::test[a-b]",
        "t.py::test[A-b]",
        "t.py::test[ä]",
        "t.py::test[ö]",
        "t.py::test[" + "a" * 200,
    ]
    tests += ["x" + tests[-1]]
    names = {file_name(test, number).lower() for test in tests for number in (1, 2)}
    assert len(names) == 2 * len(tests)


def test_pages_alone_are_removed(tmp_path):
    for name in ("a.execution.html", "index.html", "notes.txt"):
        (tmp_path / name).touch()
    remove_pages(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["index.html", "notes.txt"]
    remove_pages(tmp_path / "nowhere")


def test_the_way_to_a_file(tmp_path):
    assert (
        relative(tmp_path / "pages" / f"a{SUFFIX}", tmp_path / "out").split("..")[1][1:].replace("\\", "/")
        == f"pages/a{SUFFIX}"
    )


def test_the_address_of_a_page(tmp_path, monkeypatch):
    file = tmp_path / "a b" / f"t%{SUFFIX}"
    assert link(file, tmp_path / "out") == f"../a%20b/t%25{SUFFIX}"

    def no_way(file, folder):
        raise ValueError("on another drive")

    monkeypatch.setattr("os.path.relpath", no_way)
    assert link(file, tmp_path) == file.as_uri()
