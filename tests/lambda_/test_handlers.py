"""The code of Lambda functions, run in this process: imports, isolation, variables, errors, time, and AWS kept out."""

import json
import logging
import os
import random
import re
import sys
import threading
import time
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import botocore.httpsession  # noqa: F401 - once it is loaded, the gate needs no finder in sys.meta_path
import pytest

from pytest_sfn import InternalError, MockError, PytestSfnError, SfnAws, SfnMock
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.tasks.services import NotServedError
from tests.helpers import recover

TASK = "arn:aws:lambda:us-east-1:123456789012:function:{}"
INVOKE = {"Resource": "arn:aws:states:::lambda:invoke", "OutputPath": "$.Payload"}


@pytest.fixture
def sfn_mock():
    with SfnMock() as account:
        yield account


@pytest.fixture(autouse=True)
def forget():
    """Forget what the tests here import themselves."""
    before = set(sys.modules)
    yield
    for name in {"app", "helper", "only_of_the_test"} - before:
        sys.modules.pop(name, None)


@pytest.fixture
def write(tmp_path):
    """Write modules into a folder; gives the folder."""

    def write(folder, **modules):
        root = tmp_path / folder
        for name, text in modules.items():
            path = root / f"{name.replace('__', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), encoding="utf-8")
        return root

    return write


@pytest.fixture
def handle(sfn_mock, write):
    """Run `app.handler` of a function, made of this text, on an event; gives the execution."""

    def handle(text, event=None, **options):
        root = write("function", app=text)
        sfn_mock.lambda_function("f").calls_handler("app.handler", root=root, **options)
        return machine(sfn_mock).run({} if event is None else event)

    return handle


def machine(sfn_mock, *functions):
    """A machine that calls functions one after the other, each with what the one before answered."""
    tasks = [{"Type": "Task", "Resource": TASK.format(name), "Next": f"{at + 1}"} for at, name in enumerate(functions or ["f"])]
    return sfn_mock.load(
        {"StartAt": "0", "States": {**dict(zip("012345678", tasks, strict=False)), f"{len(tasks)}": {"Type": "Succeed"}}}
    )


def cause(execution):
    return json.loads(execution.cause)


# -- imports -----------------------------------------------------------------------------------------------------------


def test_each_function_has_its_own_modules(sfn_mock, write):
    before = sys.path[:], sys.meta_path[:]
    for name in ("a", "b"):
        root = write(
            name, app="from part import NAME\ndef handler(event, context): return [*event, NAME]", part=f"NAME = {name!r}"
        )
        sfn_mock.lambda_function(name).calls_handler("app.handler", root=root)

    assert machine(sfn_mock, "a", "b", "a").run([]).output == ["a", "b", "a"]
    assert (sys.path, sys.meta_path) == before
    assert not {"app", "part"} & sys.modules.keys()


def test_modules_of_the_test_are_not_those_of_the_function(sfn_mock, write, monkeypatch):
    monkeypatch.syspath_prepend(write("tests", app="WHO = 'test'", helper="WHO = 'test'"))
    import app

    root = write("function", app="WHO = 'function'\ndef handler(event, context):\n    import app\n    return app.WHO")
    sfn_mock.lambda_function("f").calls_handler("app.handler", root=root)

    assert machine(sfn_mock).run({}).output == "function"
    assert sys.modules["app"] is app
    assert app.WHO == "test"


def test_what_only_the_test_can_import_is_missing(handle, write, monkeypatch):
    folder = write("tests", only_of_the_test="")
    monkeypatch.syspath_prepend(folder)
    import only_of_the_test  # noqa: F401

    execution = handle("import only_of_the_test")

    assert cause(execution)["errorMessage"] == "Unable to import module 'app': No module named 'only_of_the_test'"
    assert f"{folder}/only_of_the_test.py is not deployed with the function" in execution.timeline()


def test_installed_modules_are_shared(handle):
    text = "import pytest_sfn\ndef handler(event, context): return id(pytest_sfn)"
    assert handle(text).output == id(sys.modules["pytest_sfn"])


def test_state_of_modules_survives_between_calls_and_not_beyond(write):
    text = "count = 0\ndef handler(event, context):\n    global count\n    count += 1\n    return count"
    for _ in range(2):
        with SfnMock() as account:
            account.lambda_function("f").calls_handler("app.handler", root=write("function", app=text))
            assert [machine(account).run({}).output for _ in range(3)] == [1, 2, 3]


def test_packages_nested_handlers_and_slashes(sfn_mock, write):
    root = write(
        "function",
        src____init__="",
        src__orders__app="from src.common import GREETING\ndef handler(event, context): return GREETING",
        src__common="GREETING = 'hello'",
    )
    sfn_mock.lambda_function("f").calls_handler("src/orders/app.handler", root=root)
    assert machine(sfn_mock).run({}).output == "hello"


def test_imports_inside_the_handler_and_changes_of_the_path(handle, write):
    write("function/vendor", late="ANSWER = 42")
    text = """
        import os, sys
        sys.path.append(os.path.join(os.path.dirname(__file__), "vendor"))

        def handler(event, context):
            from late import ANSWER
            return ANSWER
        """
    assert handle(text).output == 42
    assert "late" not in sys.modules
    assert not any("vendor" in entry for entry in sys.path)


def test_a_module_that_the_test_imports_later_stays_its_own(sfn_mock, write, monkeypatch):
    text = "import sys\nsys.path.append({!r})\nimport helper\ndef handler(event, context): return helper.WHO"
    root = write("function", app=text.format(str(write("vendor", helper="WHO = 'function'"))))
    sfn_mock.lambda_function("f").calls_handler("app.handler", root=root)
    assert machine(sfn_mock).run({}).output == "function"
    monkeypatch.syspath_prepend(write("tests", helper="WHO = 'test'"))
    import helper

    assert machine(sfn_mock).run({}).output == "function"
    assert sys.modules["helper"] is helper
    assert helper.WHO == "test"


def test_a_namesake_of_a_module_of_pythons_own(handle, write):
    import secrets

    write("function", secrets="def get(): return 'mine'")
    assert handle("import secrets\ndef handler(event, context): return secrets.get()").output == "mine"
    assert sys.modules["secrets"] is secrets


def test_a_package_that_is_installed_too_is_the_installed_one(handle, write):
    root = write("function", yaml____init__="raise AssertionError('the copy')", boto3="raise AssertionError('the copy')")
    (root / "PyYAML-6.0.dist-info").mkdir()
    (root / "PyYAML-6.0.dist-info" / "RECORD").write_text("yaml/__init__.py,,\nPyYAML-6.0.dist-info/RECORD,,\n")
    text = "import boto3, yaml\ndef handler(event, context): return [boto3.__name__, yaml.safe_load('[1]')]"
    assert handle(text).output == ["boto3", [1]]


def archive(path, **modules):
    with zipfile.ZipFile(path, "w") as opened:
        for name, text in modules.items():
            opened.writestr(f"{name.replace('__', '/')}.py", text)
    return path


def test_archives(sfn_mock, tmp_path):
    root = archive(tmp_path / "code.zip", app="from common import TEXT\ndef handler(event, context): return TEXT")
    layer = archive(tmp_path / "layer.zip", python__common="TEXT = 'from a layer'")
    sfn_mock.lambda_function("f").calls_handler("app.handler", root=root, layers=[layer])
    assert machine(sfn_mock).run({}).output == "from a layer"


@pytest.mark.parametrize("part", ["root", "layers"])
@pytest.mark.parametrize("content", [b"", b"version https://git-lfs.github.com/spec/v1\n", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_archive_is_an_error_of_the_test(tmp_path, part, content):
    sfn_mock = SfnMock()
    code = archive(tmp_path / "code.zip", app="def handler(event, context): return 1")
    unusable = tmp_path / "unusable.zip"
    unusable.write_bytes(content)
    given = {"root": unusable} if part == "root" else {"root": code, "layers": [unusable]}
    sfn_mock.lambda_function("f").calls_handler("app.handler", **given)
    with pytest.raises(PytestSfnError, match=r"unusable.zip: ") as caught:
        machine(sfn_mock).run({})
    assert not isinstance(caught.value, InternalError)


def test_a_damaged_archive_is_an_error_of_the_test(tmp_path):
    sfn_mock = SfnMock()
    code = archive(tmp_path / "code.zip", app="import part\ndef handler(event, context): return 1", part="X = 1")
    code.write_bytes(code.read_bytes().replace(b"X = 1", b"X = ("))
    sfn_mock.lambda_function("f").calls_handler("app.handler", root=code)
    with pytest.raises(PytestSfnError, match=r"code.zip: the archive is damaged, from part.py on"):
        machine(sfn_mock).run({})


@pytest.mark.parametrize("file", ["app.py", "part.py", "part"])
def test_a_pipe_in_the_place_of_a_module_is_an_error_of_the_test(tmp_path, file):
    sfn_mock = SfnMock()
    (tmp_path / "app.py").write_text("import part\ndef handler(event, context): return 1", encoding="utf-8")
    (tmp_path / file).unlink(missing_ok=True)
    os.mkfifo(tmp_path / file)
    sfn_mock.lambda_function("f").calls_handler("app.handler", root=tmp_path)
    with pytest.raises(PytestSfnError, match=f"^handler app.handler of f: .*{file}: a device or pipe, and no file\n") as caught:
        machine(sfn_mock).run({})
    assert not isinstance(caught.value, InternalError)


def test_the_last_layer_wins_and_the_function_over_all(sfn_mock, write):
    text = "import a, b, c\ndef handler(event, context): return [a.WHO, b.WHO, c.WHO]"
    root = write("function", app=text, a="WHO = 'function'")
    first = write("first", python__a="WHO = 1", python__b="WHO = 1", python__lib__python3_x__c="")
    write("first/python/lib/python3.12/site-packages", c="WHO = 'packages'")
    second = write("second", b="WHO = 2")  # sources that a build puts into `python`
    sfn_mock.lambda_function("f").calls_handler("app.handler", root=root, layers=[first, second])
    assert machine(sfn_mock).run({}).output == ["function", 2, "packages"]


def test_file_and_function_without_a_template(sfn_mock, write):
    root = write("function", part__app="import helper\ndef handler(event, context): return helper.N", part__helper="N = 1")
    mock = sfn_mock.lambda_function("f")
    mock.calls_handler(f"{root}/part/app.py:handler", times=1).calls_handler("part/app.py:handler", root=root)
    assert machine(sfn_mock).run({}).output == 1
    assert machine(sfn_mock).run({}).error == "Runtime.ImportModuleError"  # `helper` lies in `part` now


# -- what the handler sees -----------------------------------------------------------------------------------------------


def test_environment(handle, monkeypatch):
    monkeypatch.setenv("OF_TEST", "seen")
    monkeypatch.setenv("TABLE", "of the test")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    before = dict(os.environ)
    text = """
        import os
        AT_IMPORT = os.environ["TABLE"]

        def handler(event, context):
            os.environ["CHANGED"] = os.environ.get("CHANGED", "") + "x"
            os.environ.pop("OF_TEST", None)
            names = ("TABLE", "OF_TEST", "CHANGED", "AWS_REGION", "AWS_LAMBDA_FUNCTION_NAME", "_HANDLER", "TZ")
            return [AT_IMPORT, *map(os.environ.get, names)]
        """
    output = handle(text, environment={"TABLE": "orders", "AWS_REGION": "reserved"}).output
    assert output == ["orders", "orders", None, "x", "us-east-1", "f", "app.handler", ":UTC"]
    assert dict(os.environ) == before


def test_changes_of_the_environment_last_as_long_as_the_modules(sfn_mock, write):
    text = """
        import os
        os.environ["COUNT"] = "0"

        def handler(event, context):
            os.environ["COUNT"] += "1"
            return os.environ["COUNT"]
        """
    sfn_mock.lambda_function("f").calls_handler("app.handler", root=write("function", app=text))
    assert [machine(sfn_mock).run({}).output for _ in range(2)] == ["01", "011"]
    assert "COUNT" not in os.environ


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="no time zones of the process here")
def test_local_time_is_utc(handle, monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        text = "import time\ndef handler(event, context): return time.localtime(0).tm_hour"
        assert handle(text).output == 0
        assert time.localtime(0).tm_hour == 19
    finally:
        monkeypatch.undo()
        time.tzset()


def test_context(handle):
    text = """
        def handler(event, context):
            return [event, context.function_name, context.memory_limit_in_mb, context.get_remaining_time_in_millis()]
        """
    assert handle(text, {"n": 1}, timeout_seconds=20).output == [{"n": 1}, "f", "128", 20_000]


def test_event_is_the_handlers_own(handle):
    assert handle("def handler(event, context):\n    event['n'] = 2\n    return event", {"n": 1}).output == {"n": 2}


def test_output_is_captured(handle, capsys):
    handle("print('loaded')\ndef handler(event, context): print('called')")
    assert capsys.readouterr().out == "loaded\ncalled\n"


def test_virtual_time(sfn_mock, write):
    pytest.importorskip("time_machine")
    text = """
        import time
        from datetime import datetime, timezone
        LOADED = datetime.now(timezone.utc).isoformat()

        def handler(event, context):
            return [LOADED, datetime.now(timezone.utc).isoformat(), time.time()]
        """
    mock = sfn_mock.lambda_function("f")
    mock.calls_handler("app.handler", root=write("function", app=text), freeze_time=True)
    assert machine(sfn_mock).run({}).output[1] == "2024-01-01T00:00:00+00:00"
    sfn_mock.advance(timedelta(days=1))
    loaded, now, seconds = machine(sfn_mock).run({}).output
    assert (loaded, now) == ("2024-01-01T00:00:00+00:00", "2024-01-02T00:00:00+00:00")
    assert seconds == datetime(2024, 1, 2, tzinfo=UTC).timestamp()


def test_virtual_time_needs_a_library(sfn_mock, monkeypatch):
    monkeypatch.setitem(sys.modules, "time_machine", None)
    monkeypatch.setitem(sys.modules, "freezegun", None)
    with pytest.raises(MockError, match="freeze_time needs time-machine or freezegun, and neither is installed"):
        sfn_mock.use_handlers(freeze_time=True)


# -- errors ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("import nowhere", "Runtime.ImportModuleError", "Unable to import module 'app': No module named 'nowhere'"),
        ("def handle(event): ...", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'app'"),
        ("def handler(:", "Runtime.UserCodeSyntaxError", "Syntax error in module 'app': invalid syntax (app.py, line 1)"),
        ("raise ValueError('no')", "ValueError", "no"),
        ("def handler(event): ...", "TypeError", "handler() takes 1 positional argument but 2 were given"),
        (
            "async def handler(event, context): ...",
            "Runtime.MarshalError",
            "Unable to marshal response: Object of type coroutine is not JSON serializable",
        ),
        (
            "def handler(event, context): yield 1",
            "Runtime.MarshalError",
            "Unable to marshal response: Object of type generator is not JSON serializable",
        ),
        ("def handler(event, context): assert not event, 'asserted'", "AssertionError", "asserted"),
    ],
)
def test_errors(handle, text, error, message):
    execution = handle(text, {"n": 1})
    assert (execution.error, cause(execution)["errorMessage"]) == (error, message)


def test_exit_ends_the_process_of_the_function(sfn_mock, write):
    text = """
        count = 0

        def handler(event, context):
            global count
            count += 1
            if count == 2:
                raise SystemExit(1)
            return count
        """
    sfn_mock.lambda_function("f").calls_handler("app.handler", root=write("function", app=text))
    executions = [machine(sfn_mock).run({}) for _ in range(3)]
    assert [execution.error or execution.output for execution in executions] == [1, "Runtime.ExitError", 1]


def test_stack_trace_has_the_paths_of_lambda(sfn_mock, write):
    root = write("function", app="import common\ndef handler(event, context): return common.fail()")
    layer = write("layer", python__common="def fail(): raise KeyError('n')")
    sfn_mock.lambda_function("f").calls_handler("app.handler", root=root, layers=[layer])
    trace = cause(machine(sfn_mock).run({}))["stackTrace"]
    assert [line.split(",")[0] for line in trace] == ['  File "/var/task/app.py"', '  File "/opt/python/common.py"']


@pytest.mark.parametrize("text", ["import part\nimport nowhere", "import part\nraise ValueError"])
def test_a_failed_import_is_tried_again_from_the_beginning(sfn_mock, write, text):
    root = write("function", app=text, part="x = 1")
    sfn_mock.lambda_function("f").calls_handler("app.handler", root=root)
    assert machine(sfn_mock).run({}).error in ("Runtime.ImportModuleError", "ValueError")
    write("function", part="x = 'mended'", app="import part\ndef handler(event, context): return part.x")
    assert machine(sfn_mock).run({}).output == "mended"


@pytest.mark.parametrize("folder", ["function", "."])
def test_the_report_names_the_requirements_of_the_function(sfn_mock, write, tmp_path, folder):
    root = write("function", app="import nowhere")
    (requirements := tmp_path / folder / "requirements.txt").write_text("nowhere\n")
    sfn_mock.lambda_function("f").calls_handler("app.handler", root=root)
    assert machine(sfn_mock).run({}).timeline().endswith(f"install it where the tests run: pip install -r {requirements}")


@pytest.mark.parametrize(
    ("handler", "code", "meant"),
    [
        ("src/mial.handler", "", "; the handler names it; did you mean 'src/mail'?"),
        ("src.mial.handler", "", "; the handler names it; did you mean 'src.mail'?"),
        ("src/mail.handler", "import src.comon", "; did you mean 'src.common'?"),
        ("src/mail.handler", "import tols", "; did you mean 'tools'?"),
    ],
)
@pytest.mark.parametrize("inside", [True, False])
def test_the_report_names_the_module_that_was_meant(sfn_mock, write, tmp_path, monkeypatch, handler, code, meant, inside):
    """Also where the tests run in the function's folder, which their own path has, too."""
    root = write("function", src__mail=code, src__common="", tools="")
    monkeypatch.chdir(root if inside else tmp_path)
    monkeypatch.syspath_prepend(str(root) if inside else str(tmp_path))
    sfn_mock.lambda_function("f").calls_handler(handler, root=root)
    assert machine(sfn_mock).run({}).timeline().endswith(meant)


@pytest.mark.parametrize(
    ("code", "given", "hint"),
    [
        ("os.environ['PRODUCT']", ["STAGE", "PRODUCTS"], "it has PRODUCTS, STAGE; did you mean 'PRODUCTS'?"),
        ("os.environ['PRODUCT']", ["STAGE"], "it has STAGE"),
        ("os.environ.pop('PRODUCT')", [], "it is empty"),
        ("{}['PRODUCT']", ["PRODUCTS"], None),
        ("dict(os.environ)['PRODUCT']", ["PRODUCTS"], None),
    ],
)
@pytest.mark.parametrize("imported", [True, False])
def test_the_report_says_which_variables_a_function_has(sfn_mock, write, code, given, hint, imported):
    root = write("function", app="\n".join(["import os", code * imported, "def handler(event, context):", f"    {code}"]))
    sfn_mock.lambda_function("f").calls_handler("app.handler", root=root, environment=dict.fromkeys(given, "x"))
    execution = machine(sfn_mock).run({})
    assert execution.error == "KeyError"
    expected = f"  hint    the function's environment has no 'PRODUCT', {hint}"
    assert (execution.timeline().splitlines()[-1] == expected) == (hint is not None)


def test_the_report_names_the_handlers_own_module(sfn_mock, write):
    sfn_mock.lambda_function("f").calls_handler("ap.handler", root=write("function", app=""))
    assert machine(sfn_mock).run({}).timeline().endswith("; the handler names it; did you mean 'app'?")


def test_the_report_says_which_import_failed(handle, capsys, tmp_path):
    execution = handle("x = 1\nimport nowhere")
    reason = (
        f"handler app.handler of f: {tmp_path}/function/app.py:2: No module named 'nowhere'; "
        f"searched {tmp_path}/function and what is installed; install it where the tests run: pip install its package"
    )
    assert f"  hint    {reason}\n" in execution.timeline() + "\n"
    assert capsys.readouterr().err == (  # what Lambda logs
        "[ERROR] Runtime.ImportModuleError: Unable to import module 'app': No module named 'nowhere'\n"
    )


def test_paths_are_relative_to_the_directory_of_the_test_although_the_code_has_another(handle, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    hint = "handler app.handler of f: function/app.py:2: No module named 'nowhere'; searched function and what is installed; "
    assert f"  hint    {hint}" in handle("x = 1\nimport nowhere").timeline()


def test_an_import_that_fails_for_a_client_has_its_reason_printed(sfn_aws, write, capsys):
    sfn_aws.lambda_function("f").calls_handler("app.handler", root=write("function", app="import nowhere"))
    assert "FunctionError" in sfn_aws.client("lambda").invoke(FunctionName="f")
    first, reason = capsys.readouterr().err.splitlines()
    assert first == "[ERROR] Runtime.ImportModuleError: Unable to import module 'app': No module named 'nowhere'"
    assert reason.startswith("  handler app.handler of f: ")


def test_an_answer_later_than_the_timeout(handle, sfn_mock, write):
    text = "def handler(event, context): return 1"
    root = write("function", app=text)
    sfn_mock.lambda_function("f").calls_handler("app.handler", root=root, timeout_seconds=20).takes(21)
    execution = machine(sfn_mock).run({})
    assert (execution.error, execution.elapsed) == ("Sandbox.Timedout", timedelta(seconds=20))


# -- in scripts --------------------------------------------------------------------------------------------------------


def test_fails_then_calls(sfn_mock, write):
    mock = sfn_mock.lambda_function("f")
    root = write("function", app="def handler(event, context): return 1")
    mock.fails_then_calls("Busy", "wait", times=2, handler="app.handler", root=root)
    executions = [machine(sfn_mock).run({}) for _ in range(4)]
    assert [execution.error or execution.output for execution in executions] == ["Busy", "Busy", 1, 1]
    assert mock.call_count == 4


def test_token_tasks_stay_open(sfn_mock, write):
    root = write("function", app="def handler(event, context): return event['token']")
    sfn_mock.lambda_function("f").calls_handler("app.handler", root=root)
    payload = {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}}
    task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "Parameters": payload, "End": True}
    execution = sfn_mock.load({"StartAt": "Ask", "States": {"Ask": task}}).start({})
    sfn_mock.send_task_success(execution.task_token("Ask"), "done")
    assert execution.run().output == "done"


def test_only_functions_have_handlers(sfn_mock):
    with pytest.raises(MockError, match=r"state:S\.calls_handler\(\): only a function has a handler"):
        sfn_mock.state("S").calls_handler()


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"handler": "app.handler", "root": "nowhere"}, "there is no root 'nowhere'"),
        ({"handler": "nowhere.py:handler"}, "there is no handler 'nowhere.py'"),
        ({"handler": "app.py"}, "handler 'app.py' names no function"),
        ({"layers": "layer"}, "layers is a list of paths"),
        ({"environment": {"N": 1}}, "environment has texts"),
    ],
)
def test_mistakes(sfn_mock, arguments, problem):
    with pytest.raises(MockError, match=problem):
        sfn_mock.lambda_function("f").calls_handler(**arguments)


# -- AWS ---------------------------------------------------------------------------------------------------------------

CALL = """
    import boto3
    def handler(event, context):
        {}
    """


@pytest.mark.parametrize(
    "body",
    [
        "return boto3.client('dynamodb').list_tables()",
        "try: boto3.client('dynamodb').list_tables()\n        except Exception: return 1",
    ],
    ids=["raised", "swallowed"],
)
def test_no_request_leaves_the_machine(write, body, tmp_path):
    from botocore.httpsession import URLLib3Session

    send = URLLib3Session.send
    account = SfnMock()
    account.lambda_function("f").calls_handler("app.handler", root=write("function", app=CALL.format(body)))
    with pytest.raises(NotServedError) as caught:
        machine(account).run({})
    file, mock = tmp_path / "function" / "app.py", 'sfn_mock.service("dynamodb").on("ListTables").returns(...)'
    assert str(caught.value) == dedent(
        f"""\
        dynamodb.ListTables: a handler called AWS, and this test has no AWS services
          at       {file}:4
          request  https://dynamodb.us-east-1.amazonaws.com/
          fix      use the fixture sfn_aws instead of sfn_mock, and moto answers; or mock the function, or this call: {mock}
          see      pytest-sfn docs handlers#aws-services (https://pytest-sfn.readthedocs.io/en/latest/handlers.html#aws-services)"""
    )
    assert URLLib3Session.send is send
    account_of(account).release()


def test_this_machine_may_be_called(handle):
    text = CALL.format(
        "try: boto3.client('dynamodb', endpoint_url='http://127.0.0.1:9').list_tables()\n"
        "        except Exception as error: return type(error).__name__"
    )
    assert handle(text, environment={"AWS_MAX_ATTEMPTS": "1"}).output == "EndpointConnectionError"


def test_boto3s_own_session_is_put_back(write, monkeypatch):
    import boto3

    text = """
        import boto3

        def handler(event, context):
            before = boto3.DEFAULT_SESSION
            boto3.client("sqs")
            return [before is None, boto3.DEFAULT_SESSION is before]
        """
    before = boto3.DEFAULT_SESSION
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", of_test := object())
    with SfnMock() as account:
        account.lambda_function("f").calls_handler("app.handler", root=write("function", app=text))
        assert machine(account).run({}).output == [True, False]
        assert boto3.DEFAULT_SESSION is of_test
        assert machine(account).run({}).output == [False, True]  # its own, which it keeps
    assert boto3.DEFAULT_SESSION is of_test
    monkeypatch.undo()
    assert boto3.DEFAULT_SESSION is before


def test_services_and_functions_call_each_other(write):
    caller = """
        import json, os
        import boto3
        import part
        client = boto3.client("lambda")

        def handler(event, context):
            response = client.invoke(FunctionName="callee", Payload=json.dumps({"n": 1}))
            from part import WHO
            return [json.load(response["Payload"]), WHO, os.environ["AWS_LAMBDA_FUNCTION_NAME"]]
        """
    callee = """
        import os
        import part

        def handler(event, context):
            return [event, part.WHO, os.environ["AWS_LAMBDA_FUNCTION_NAME"]]
        """
    with SfnAws() as account:
        for name, text in (("f", caller), ("callee", callee)):
            mock = account.lambda_function(name, strict=False)
            mock.calls_handler("app.handler", root=write(name, app=text, part=f"WHO = {name!r}"))
        execution = machine(account).run({})
        assert execution.output == [[{"n": 1}, "callee", "callee"], "f", "f"]
    assert "part" not in sys.modules


def test_stubs_asked_by_a_handler_are_in_the_tests_world(write):
    def stub(event):
        return [os.environ.get("OF_FUNCTION"), "app" in sys.modules]

    text = """
        import json
        import boto3

        def handler(event, context):
            return json.load(boto3.client("lambda").invoke(FunctionName="stub")["Payload"])
        """
    with SfnAws() as account:
        root = write("function", app=text)
        account.lambda_function("f").calls_handler("app.handler", root=root, environment={"OF_FUNCTION": "x"})
        account.lambda_function("stub").calls(stub)
        assert machine(account).run({}).output == [None, False]


def test_errors_of_the_test_are_not_the_functions(write):
    text = "import pytest_sfn\ndef handler(event, context): raise pytest_sfn.PytestSfnError('mine')"
    account = SfnMock()
    account.lambda_function("f").calls_handler("app.handler", root=write("function", app=text))
    with pytest.raises(PytestSfnError, match="mine"):
        machine(account).run({})


# -- what is put back ------------------------------------------------------------------------------------------------------


def test_the_working_directory_and_the_trace_id(handle, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = """
        import os

        def handler(event, context):
            return [os.getcwd(), os.environ["_X_AMZN_TRACE_ID"]]
        """
    folder, trace = handle(text).output
    assert folder == str(tmp_path / "function")
    assert re.fullmatch("Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0", trace)
    assert Path.cwd() == tmp_path
    assert "_X_AMZN_TRACE_ID" not in os.environ


def test_what_cannot_be_put_back_fails_the_test(sfn_mock, write, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    here = str(tmp_path / "here")
    text = f"import os, sys\ndef handler(event, context):\n    os.rmdir({here!r})\n    sys.setrecursionlimit(10_007)"
    sfn_mock.lambda_function("f").calls_handler("app.handler", root=write("function", app=text))
    with pytest.raises(PytestSfnError) as raised:
        machine(sfn_mock).run({})
    assert str(raised.value) == (
        "handler app.handler of f: what its code changed of the process cannot be put back\n"
        f"  the working directory: FileNotFoundError: [Errno 2] No such file or directory: {here!r}\n"
        "  fix  let the function leave it alone, or mock the function\n"
        "  see  pytest-sfn docs handlers#what-is-put-back (https://pytest-sfn.readthedocs.io/en/latest/handlers.html#what-is-put-back)"
    )
    assert sys.getrecursionlimit() != 10_007
    recover(sfn_mock)


def test_a_stub_that_a_handler_calls_is_in_the_tests_world(write, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    text = """
        import logging, boto3, random
        logging.getLogger().setLevel("DEBUG")
        random.seed(1)

        def handler(event, context):
            boto3.client("lambda").invoke(FunctionName="g")
        """
    seen, before = [], (tmp_path, logging.getLogger(), logging.getLogger().level, random.getstate())
    with SfnAws() as account:
        account.lambda_function("f").calls_handler("app.handler", root=write("function", app=text))
        look = lambda event: seen.append((Path.cwd(), logging.getLogger(), logging.getLogger().level, random.getstate()))  # noqa: E731
        account.lambda_function("g").calls(look)
        assert machine(account).run({}).succeeded
    assert seen == [before]


def test_finders_of_libraries_stay(handle, monkeypatch):
    """Those that an installed module puts there when it is imported are needed as long as that module is there."""
    text = """
        import sys, hostile_library

        class Finder:
            def find_spec(self, *arguments): return None

        sys.meta_path.append(Finder())
        def handler(event, context):
            sys.meta_path.append(hostile_library.FINDER)
            return [type(each).__name__ for each in sys.meta_path][-2:]
        """
    library = ModuleType("hostile_library")
    library.FINDER = type("OfLibrary", (), {"__module__": "hostile_library", "find_spec": lambda *_: None})()
    monkeypatch.setitem(sys.modules, "hostile_library", library)
    before = sys.meta_path[:]
    try:
        assert handle(text).output == ["Finder", "OfLibrary"]
        assert sys.meta_path == [*before, library.FINDER]
    finally:
        sys.meta_path[:] = before


def test_what_a_handler_leaves_open_is_told(write, tmp_path):
    text = """
        import os, threading
        go_on = threading.Event()
        os.open({!r}, os.O_CREAT)
        threading.Thread(target=go_on.wait, name="worker", daemon=True).start()

        def handler(event, context):
            threading.current_thread().go_on = go_on
        """
    path = tmp_path / "opened"
    root = write("function", app=text.format(str(path)))
    account = SfnMock()
    account.lambda_function("f").calls_handler("app.handler", root=root)
    assert machine(account).run({}).succeeded
    with pytest.warns(ResourceWarning) as warned:
        account.__exit__(None, None, None)
    threading.current_thread().go_on.set()
    for entry in Path("/proc/self/fd").iterdir():
        if entry.exists() and entry.resolve() == path:
            os.close(int(entry.name))
    assert re.sub(r"descriptor \d+", "descriptor", str(warned[0].message)) == (
        "handlers have left open, for the tests after this one:\n"
        f"  <Handler app.handler of f, {root}>: the thread 'worker', {path} (descriptor)\n"
        "  fix  close files and end threads before the handler returns\n"
        "  see  pytest-sfn docs handlers#what-is-put-back (https://pytest-sfn.readthedocs.io/en/latest/handlers.html#what-is-put-back)"
    )


def test_records_are_shown_under_the_execution(sfn_mock, write):
    text = """
        import logging, boto3
        logger = logging.getLogger()
        logger.setLevel(logging.DEBUG)

        def handler(event, context):
            logger.debug("order %s", event["order"])
            boto3.session.Session().client("sqs", region_name="eu-west-1")
            logging.getLogger(__name__).warning("slow")
        """
    sfn_mock.lambda_function("f").calls_handler("app.handler", root=write("function", app=text))
    run = machine(sfn_mock).run
    first, second = run({"order": 1}), run({"order": 2})
    shown = [[line for line in each.timeline().splitlines() if line.startswith("  log")] for each in (first, second)]
    assert shown == [[f"  log     f [DEBUG] order {n}", "  log     f [WARNING] slow"] for n in (1, 2)]


def test_of_many_records_the_last_are_shown(handle):
    text = "import logging\ndef handler(event, context):\n    for n in range(30): logging.warning('%s', n)"
    lines = [line for line in handle(text).timeline().splitlines() if line.startswith("  log")]
    assert lines[:2] == ["  log     ... 10 records left out ...", "  log     f [WARNING] 10"]
    assert len(lines) == 21


def test_a_handler_that_calls_itself_through_another(write):
    """Each call has the function's own context variables, the inner one a copy of them."""
    text = """
        import boto3
        from contextvars import ContextVar
        depth = ContextVar("depth", default=0)

        def handler(event, context):
            depth.set(depth.get() + 1)
            seen = depth.get()
            if event.get("again"):
                boto3.client("lambda").invoke(FunctionName="g")
            return [seen, depth.get()]
        """
    relay = "import boto3\ndef handler(event, context):\n    boto3.client('lambda').invoke(FunctionName='f')"
    with SfnAws() as account:
        for name, code in {"f": text, "g": relay}.items():
            account.lambda_function(name).calls_handler("app.handler", root=write(name, app=code))
        assert machine(account).run({"again": True}).output == [1, 1]
        assert machine(account).run({}).output == [2, 2]
