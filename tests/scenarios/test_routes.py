"""Routes through a machine, the best first."""

from pytest_sfn import load
from pytest_sfn.scenarios.routes import Router
from tests.helpers import machine, task

END = {"Type": "Succeed"}
FAIL = {"Type": "Fail"}


def choice(default, **targets):
    rules = [{"Variable": "$.status", "StringEquals": status, "Next": target} for status, target in targets.items()]
    return {"Type": "Choice", "Choices": rules, "Default": default}


def names(route):
    return [step.state.name for step in route]


def test_the_longest_that_ends_well_comes_first():
    router = Router(load(machine(Ask=choice("Failed", SHORT="End", LONG="Work"), Work=task(Next="End"), End=END, Failed=FAIL)))

    found = [names(router.route(number, 0)) for number in range(router.most)]
    assert found == [["Ask", "Work", "End"], ["Ask", "End"], ["Ask", "Failed"]]
    assert router.succeeds


def test_states_for_what_goes_wrong_come_last():
    states = {"Set status: Unsuccessful": task(Next="Tell"), "Tell": task(Next="End"), "Ship": task(Next="End"), "End": END}
    router = Router(load(machine(Ask=choice("Set status: Unsuccessful", PAID="Ship"), **states)))

    assert names(router.route(0, 0)) == ["Ask", "Ship", "End"]


def test_a_loop_is_left_at_once():
    wait = {"Type": "Wait", "Seconds": 1, "Next": "Poll"}
    router = Router(load(machine(Poll=task(Next="Ready"), Ready=choice("Wait", DONE="End"), Wait=wait, End=END)))

    assert [names(router.route(number, 0)) for number in range(router.most)] == [["Poll", "Ready", "End"]]


def test_states_inside():
    inner = machine(Ask=choice("Failed", DONE="Done"), Done=END, Failed=FAIL)
    router = Router(load(machine(Each={"Type": "Map", "ItemProcessor": inner})))

    assert names(router.route(0, 0)[0].inside[0]) == ["Ask", "Done"]
    assert names(router.route(0, 1)[0].inside[0]) == ["Ask", "Failed"]


def test_a_machine_that_only_fails():
    assert not Router(load(machine(Work=task(Next="Failed"), Failed=FAIL))).succeeds
