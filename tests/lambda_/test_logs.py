"""A function's own loggers: what they do ends with the function, and their records reach the test's root and the report."""

# ruff: noqa: LOG015 - handlers log to the root, as many of AWS's examples do

import logging

import pytest

from pytest_sfn.lambda_.logs import LIMIT, Logged, Logs


@pytest.fixture
def records():
    return []


@pytest.fixture
def logs(records):
    """The loggers of a function whose code is this file, and which shares those of botocore."""
    return Logs(records, lambda name: name.startswith("botocore"), lambda file: file == __file__)


@pytest.fixture(autouse=True)
def botocore():
    return logging.getLogger("botocore")


def inside(logs, code):
    logs.enter()
    try:
        return code()
    finally:
        logs.leave()


def test_the_root_has_a_handler_and_no_level(logs):
    def look():
        root = logging.getLogger()
        before = root.handlers[:]
        logging.basicConfig(level=1)
        return [type(each).__name__ for each in before], root.handlers == before, root.getEffectiveLevel()

    assert inside(logs, look) == (["LambdaLoggerHandler"], True, logging.getLogger().level)


def test_records_at_their_own_level(logs, records, botocore, caplog):
    def log():
        logging.getLogger().setLevel(logging.DEBUG)
        logging.getLogger("orders").debug("order %s", 7)
        logging.info("done")
        botocore.debug("130 lines")

    inside(logs, log)
    assert records == [Logged("DEBUG", "order 7"), Logged("INFO", "done")]
    assert caplog.messages == ["order 7", "done"]


def test_the_level_of_the_test_holds_until_the_code_sets_one(logs, records, caplog):
    def log():
        logging.getLogger("orders").info("hello")

    inside(logs, log)
    caplog.set_level(logging.INFO)
    inside(logs, log)
    with caplog.at_level(logging.ERROR):
        inside(logs, log)
    inside(logs, lambda: logging.getLogger("orders").setLevel("WARNING"))
    inside(logs, log)
    assert [record.message for record in records] == ["hello"]


def test_the_level_that_the_test_gives_a_logger(logs, records, caplog):
    caplog.set_level(logging.DEBUG, logger="orders")
    inside(logs, lambda: logging.getLogger("orders").debug("hello"))
    assert caplog.messages == ["hello"]


def test_loggers_stay_for_the_next_call_and_out_of_the_test(logs):
    own = inside(logs, lambda: logging.getLogger("parcels.part"))
    own.setLevel(1)
    assert inside(logs, lambda: logging.getLogger("parcels.part")) is own
    assert not {"parcels", "parcels.part"} & logging.getLogger().manager.loggerDict.keys()


def test_logging_disable(logs, records):
    inside(logs, lambda: logging.disable(logging.CRITICAL))
    inside(logs, lambda: logging.error("not seen"))
    logging.disable(logging.ERROR)
    try:
        other = Logs(records, lambda _: False, lambda _: False)
        inside(other, lambda: logging.error("not seen"))
    finally:
        logging.disable(logging.NOTSET)
    inside(other, lambda: logging.error("seen"))
    assert records == [Logged("ERROR", "seen")]


def test_what_the_code_does_to_a_librarys_logger(logs, botocore):
    before, seen = botocore.level, []

    def silence():
        logging.getLogger("botocore").setLevel(logging.CRITICAL)
        logging.getLogger("botocore").addFilter(print)

    inside(logs, silence)
    assert (botocore.level, botocore.filters) == (before, [])
    inside(logs, lambda: seen.append((botocore.level, botocore.filters[:])))
    assert seen == [(logging.CRITICAL, [print])]
    assert (botocore.level, botocore.filters) == (before, [])


def test_a_root_whose_handlers_the_code_removes(logs, records, caplog):
    def log():
        logging.basicConfig(force=True, level="INFO", handlers=[logging.NullHandler()])
        logging.info("hello")

    inside(logs, log)
    assert (records, caplog.messages) == ([Logged("INFO", "hello")], ["hello"])


def test_without_handlers_of_the_test_a_warning_is_printed(logs, monkeypatch, capsys):
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    inside(logs, lambda: (logging.warning("seen"), logging.getLogger("orders").info("not seen")))
    assert capsys.readouterr().err == "seen\n"


def test_many_records_and_wrong_ones(logs, records, monkeypatch):
    monkeypatch.setattr(logging, "raiseExceptions", False)
    monkeypatch.setattr(logging.getLogger(), "handlers", [logging.NullHandler()])
    inside(logs, lambda: [logging.error("%s", number) for number in range(LIMIT + 5)] and logging.error("%d", "text"))
    assert (len(records), records[-1]) == (LIMIT, Logged("ERROR", str(LIMIT + 4)))


def test_a_name_that_is_none(logs):
    with pytest.raises(TypeError):
        inside(logs, lambda: logging.getLogger(7))


def test_what_would_act_in_a_terminal_is_escaped_for_all_handlers(logs, records, caplog):
    def log():
        logging.warning("%s of %d", "a\n::error::b\x1b[2J", 7)
        logging.warning("plain %s", "text")
        try:
            raise ValueError("\x1b[2J")
        except ValueError:
            logging.exception("failed")

    inside(logs, log)
    shown = "a\n\\x3a:error::b\\x1b[2J of 7"
    assert caplog.records[0].getMessage() == shown
    assert records[0] == Logged("WARNING", shown)
    assert (caplog.records[1].msg, caplog.records[1].args) == ("plain %s", ("text",))
    assert caplog.records[-1].exc_text.endswith("ValueError: \\x1b[2J")
