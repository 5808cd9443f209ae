import re
import sys

import pytest

from pytest_sfn import ExecutionError, MockError, SfnMock
from pytest_sfn.viewer.page import page, write
from tests.page.browser import ask

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:"
ORDER = {
    "StartAt": "All",
    "States": {
        "All": {
            "Type": "Map",
            "ItemProcessor": {
                "StartAt": "Charge",
                "States": {
                    "Charge": {
                        "Type": "Task",
                        "Resource": FUNCTION + "charge",
                        "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 5, "MaxAttempts": 2}],
                        "Catch": [{"ErrorEquals": ["Declined"], "Next": "Refused"}],
                        "End": True,
                    },
                    "Refused": {"Type": "Pass", "End": True},
                },
            },
            "Next": 'Ship </script> "it" \u202e',
        },
        'Ship </script> "it" \u202e': {"Type": "Task", "Resource": FUNCTION + "ship", "End": True},
    },
}  # fmt: skip


def charge(event):
    if event == 7:
        raise type("Declined", (Exception,), {})("no")
    return {"paid": event}


def orders(account, count=40):
    account.lambda_function("charge").raises("Busy", times=1).calls(charge).takes(3)
    account.lambda_function("ship").raises("Late", "it is </script> late")
    return account.load(ORDER).run(list(range(count)))


@pytest.fixture
def account():
    with SfnMock() as made:
        yield made


def test_the_file_is_written_into_folders_that_are_made(account, tmp_path):
    file = tmp_path / "reports" / "order.html"
    assert orders(account).to_html(file) == file
    assert orders(account).to_html(str(file)) == file
    text = file.read_text("utf-8")
    assert text.startswith("<!doctype html>")
    assert "<title>StateMachine</title>" in text


def test_a_file_that_cannot_be_written(account, tmp_path):
    (tmp_path / "a").write_text("a file")
    with pytest.raises(ExecutionError, match=r"a.b\.html: the page cannot be written: "):
        orders(account).to_html(tmp_path / "a" / "b.html")


def test_nothing_is_fetched_and_nothing_ends_a_script(account):
    execution = orders(account)
    text = page([execution], account._account)
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert len(re.findall("</script>", text)) == 3
    assert "\u202e" not in text


def test_the_same_executions_give_the_same_bytes(account):
    execution = orders(account)
    assert page([execution], account._account) == page([execution], account._account)


def test_without_a_script_there_is_the_timeline(account):
    text = page([orders(account)], account._account)
    assert "Catch[0] -&gt; Refused" in re.search("<noscript>.*</noscript>", text, re.DOTALL)[0]


def test_without_the_extra_there_is_no_graph(account, monkeypatch):
    execution = orders(account)
    monkeypatch.setitem(sys.modules, "fast_sugiyama", None)
    text = page([execution], account._account)
    assert "<svg" not in text
    assert "install it with: pip install &#x27;pytest-sfn[html]&#x27;" in text


def test_a_map_of_3000_items_is_whole_and_small(tmp_path):
    account = SfnMock(quotas=None)
    account.lambda_function("charge").calls(lambda order: {**order, "receipt": f"R-{order['id']:05}"}).takes(1)
    account.lambda_function("ship").returns("done")
    customer = {"name": "Ada", "city": "London", "address": "12 St James's Square", "since": "1835-07-08", "tags": ["a", "b"]}
    execution = account.load(ORDER).run([{"id": number, "customer": customer} for number in range(3000)])
    file = execution.to_html(tmp_path / "order.html")
    assert file.stat().st_size < 5_000_000
    said = ask(
        file,
        """
        const search = document.getElementById("filter");
        search.value = "R-02500"; search.dispatchEvent(new Event("input"));
        say.rows = [...document.querySelectorAll("#lanes .row .label")].map((part) => part.textContent);
        """,
    )
    assert said == {"rows": ["StateMachineexecution", "AllMap", "item 2500ChargeTask"]}


def test_several_executions_share_a_page(account, tmp_path):
    one, two = orders(account, 1), orders(account, 2)
    file = write([one, two], account._account, tmp_path / "x.html", "test_<order>")
    assert "<h1>test_&lt;order&gt;</h1>" in file.read_text("utf-8")
    assert ask(file, "say.rows = document.querySelectorAll('.row.execution').length;") == {"rows": 2}


def test_stages_that_change_nothing_share_a_card_and_what_is_new_is_marked(account, tmp_path):
    state = {"Type": "Task", "Resource": FUNCTION + "charge", "ResultPath": "$.paid", "End": True}
    account.lambda_function("charge").returns("</script> \u202e")
    file = (
        account.load({"StartAt": "Charge", "States": {"Charge": state}})
        .run({"id": 1.0, "big": "x" * 5000})
        .to_html(tmp_path / "a.html")
    )
    said = ask(
        file,
        """
        document.querySelectorAll(".row")[1].click();
        const cards = [...document.querySelectorAll("#detail .card")];
        say.titles = cards.map((card) => card.querySelector("summary b").textContent);
        say.first = cards[0].querySelector("pre").textContent.length;
        cards[0].querySelector(".value button").click();
        say.whole = cards[0].querySelector("pre").textContent;
        say.result = cards[1].querySelector("pre").textContent;
        say.marked = [...cards[2].querySelectorAll(".new")].map((part) => part.textContent);
        """,
    )
    assert said.pop("first") < 2100
    assert said == {
        "titles": [
            "Input \u00b7 After InputPath \u00b7 After Parameters",
            "Result \u00b7 After ResultSelector",
            "After ResultPath \u00b7 Output",
        ],
        "whole": '{\n  "id": 1.0,\n  "big": "' + "x" * 5000 + '"\n}',
        "result": '"</script> \\u202e"',
        "marked": ['  "paid": "</script> \\u202e"'],
    }


def test_a_child_execution_has_its_graph_and_its_history(account, tmp_path):
    pytest.importorskip("fast_sugiyama")
    inner = {"Type": "Task", "Resource": FUNCTION + "charge", "End": True}
    account.lambda_function("charge").raises("Declined", "no")
    account.load({"StartAt": "Inner", "States": {"Inner": inner}}, name="child")
    arn = "arn:aws:states:us-east-1:123456789012:stateMachine:child"
    start = {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": True}
    outer = account.load(
        {"StartAt": "Outer", "States": {"Outer": {**start, "Parameters": {"StateMachineArn": arn}}}}, name="parent"
    )
    said = ask(
        outer.run({}).to_html(tmp_path / "a.html"),
        """
        const text = (query) => document.querySelector(query).textContent;
        const graph = () => [document.querySelector(".family:not([hidden])").dataset.family, text("#graphname")];
        say.cause = text("#detail .cause").split("\\n")[0];
        say.outer = [text("#detail h2"), ...graph()];
        [...document.querySelectorAll("#lanes .row")].at(-1).click();
        say.inner = [text("#detail h2"), ...graph(), text("#detail .trail")];
        document.getElementById("tab-events").click();
        say.events = document.querySelectorAll("#events .event").length;
        say.whose = text("#whose").slice(0, 13);
        """,
    )
    assert said == {
        "cause": "Declined: no",
        "outer": ["Outer", "0", "parent"],
        "inner": ["Inner", "1", "child", "parent \u203a Outer \u203a child"],
        "events": 6,
        "whose": "of execution ",
    }


def test_a_branch_that_was_stopped_ends_with_its_parallel(account, tmp_path):
    wait = {"StartAt": "Hold", "States": {"Hold": {"Type": "Wait", "Seconds": 99, "End": True}}}
    task = {"StartAt": "Charge", "States": {"Charge": {"Type": "Task", "Resource": FUNCTION + "charge", "End": True}}}
    account.lambda_function("charge").raises("Declined", "no").takes(3)
    both = {"Type": "Parallel", "Branches": [wait, task], "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Later"}]}
    states = {"Both": {**both, "Next": "Later"}, "Later": {"Type": "Wait", "Seconds": 7, "End": True}}
    file = account.load({"StartAt": "Both", "States": states}).run({}).to_html(tmp_path / "a.html")
    say = """
        const rows = [...document.querySelectorAll("#lanes .row")];
        say.words = rows.map((row) => row.querySelector(".what").textContent);
        say.bars = rows.map((row) => parseFloat(row.querySelector(".lane i").style.width));"""
    assert ask(file, say) == {
        "words": ["", "Declined \u2192 Later", "stopped, 3 s", "failed: Declined", "7 s"],
        "bars": [100, 30, 30, 30, 70],
    }


def test_a_test_error_is_an_error_of_the_page(tmp_path):
    pytest.importorskip("fast_sugiyama")
    account = SfnMock()
    with pytest.raises(MockError):
        account.load(ORDER).run([1, 2, 3])
    say = """
        const text = (query) => document.querySelector(query).textContent;
        const rows = [...document.querySelectorAll("#lanes .row")];
        say.words = rows.map((row) => row.querySelector(".what").textContent);
        say.button = [text("#problems"), document.getElementById("problems").hidden];
        say.failed = [...document.querySelectorAll("g.node.failed")].map((part) => part.dataset.pointer);
        say.events = [...document.querySelectorAll("#detail dd button")].map((part) => part.textContent)[0];
        document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowUp", bubbles: true}));
        say.above = [text("#detail h2"), document.activeElement.id];
    """
    assert ask(account.executions[-1].to_html(tmp_path / "a.html"), say) == {
        "words": ["", "3 items, 2 not started", "test error"],
        "button": ["1 error", False],
        "failed": ["/States/All/ItemProcessor/States/Charge"],
        "events": "#7 to #9",
        "above": ["All", "lanes"],
    }


def test_a_narrow_page_says_what_happened_and_is_as_high_as_its_rows(account, tmp_path):
    account.lambda_function("charge").raises("Declined", "no")
    task = {"StartAt": "Charge", "States": {"Charge": {"Type": "Task", "Resource": FUNCTION + "charge", "End": True}}}
    say = """
        const what = [...document.querySelectorAll("#lanes .what")].at(-1);
        say.words = what.offsetWidth > 80 ? what.textContent : "not seen";
        say.low = document.getElementById("story").offsetHeight < 250;
        say.wide = document.documentElement.scrollWidth <= innerWidth;"""
    said = ask(account.load(task).run({}).to_html(tmp_path / "a.html"), say, width=500)
    assert said == {"words": "failed: Declined", "low": True, "wide": True}


def test_an_execution_without_a_trace(account, tmp_path):
    """As a child of a very large distributed Map, whose history is not kept, or one that has failed at its start."""
    execution = orders(account, 1)
    execution._run.log.clear()
    execution._visits = None
    said = ask(
        execution.to_html(tmp_path / "a.html"),
        """
        for (const key of ["n", "e", "t", "h", "Escape"]) document.dispatchEvent(new KeyboardEvent("keydown", {key}));
        say.rows = document.querySelectorAll("#lanes .row").length;
        say.error = document.querySelector("#detail .box b").textContent;""",
    )
    assert said == {"rows": 1, "error": "Late"}


def test_a_link_to_a_visit(account, tmp_path):
    file = orders(account).to_html(tmp_path / "order.html")
    say = """say.chosen = document.querySelector("#detail h2").textContent; say.at = location.hash;"""
    assert ask(file, say, fragment="#visit-0.3") == {"chosen": "Charge", "at": "#visit-0.3"}


def test_in_a_real_browser(account, tmp_path):
    pytest.importorskip("fast_sugiyama")
    file = orders(account).to_html(tmp_path / "order.html")
    said = ask(
        file,
        """
        const all = (query) => [...document.querySelectorAll(query)];
        const text = (query) => document.querySelector(query).textContent;
        const labels = () => all("#lanes .row .label b").map((part) => part.textContent);
        const press = (part, key) => part.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
        const key = (name) => press(document.getElementById("lanes"), name);
        say.began = [text("#detail h2"), text("#detail .box b"), text("#detail .cause")];
        say.folded = labels();
        say.counts = all(".count text").map((part) => part.textContent);
        all("#lanes .row")[1].querySelector(".twisty").click();
        say.unfolded = labels().length > 8 && labels().length < 44;
        document.getElementById("lanes").scrollTop = 1e6;
        document.getElementById("lanes").dispatchEvent(new Event("scroll"));
        say.scrolled = labels().at(-1) === labels().find((name) => name.startsWith("Ship"));
        const node = document.querySelector('g.node[data-pointer="/States/All/ItemProcessor/States/Charge"]');
        node.querySelector("rect").dispatchEvent(new MouseEvent("click", {bubbles: true}));
        say.clicked = [text("#detail h2"), text(".row.chosen .label b"), node.matches(".chosen"), text(".stepper").trim()];
        say.attempts = all(".attempts tbody tr").map((row) => row.children[3].textContent);
        press(document, "n");
        say.next = [text("#detail h2"), text("#detail .box b")];
        press(document, "n");
        document.getElementById("tab-events").click();
        say.events = all("#events .event.chosen").map((row) => row.children[1].textContent);
        all("#events .event.chosen")[1].click();
        say.details = all(".unfolded .card summary b").map((part) => part.textContent);
        const search = document.getElementById("filter");
        search.value = "ship"; search.dispatchEvent(new Event("input"));
        say.found = text("#found");
        document.getElementById("tab-lanes").click();
        say.filtered = labels();
        press(search, "Escape");
        key("Home"); key("ArrowDown"); key("ArrowDown");
        say.axis = text("[data-axis][aria-pressed=true]");
        press(document, "t");
        press(document, "?");
        say.keys = document.getElementById("keys").open;
        document.getElementById("keys").close();
        say.turned = text("[data-axis][aria-pressed=true]");
        say.byKey = text("#detail .trail");
        """,
    )
    task = ("TaskStateEntered", "LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionFailed", "ExecutionFailed")
    ship = 'Ship </script> "it" \\u202e'
    assert said == {
        "began": [ship, "Late", "it is </script> late"],
        "folded": ["StateMachine", "All", ship],
        "counts": ["40\u00d7", "1\u00d7"],
        "unfolded": True,
        "scrolled": True,
        "clicked": ["Charge", "Charge", True, "\u2039 visit 1 of 40 \u203a"],
        "attempts": ["Busy", "ok"],
        "next": ["Charge", "Declined"],
        "events": list(task),
        "details": ["input"],
        "found": "4 events",
        "filtered": ["StateMachine", ship],
        "axis": "Time",
        "turned": "Order",
        "keys": True,
        "byKey": "StateMachine \u203a All \u203a item 0",
    }
