"""What the executions of a page share."""

from tests.viewer.told import TASK, Told, loop


def test_variables_are_those_before_each_state(account):
    told = Told(account.load(loop(3)).run({}))
    scopes = [visit[6] for visit in told.executions[0]["visits"]]
    named = [told.scope(scope) for scope in scopes]
    numbers = [told.texts[each["n"]] if each else None for each in named]
    assert numbers == [None, "0", "1", "1", "2", "2", "3", "3"]
    assert told.data["machines"][0]["taken"]["/States/More?/Choices/0/Next"] == 2
    assert told.data["machines"][0]["taken"]["/States/More?/Default"] == 1


def test_scopes_of_a_long_loop_say_what_they_add(account):
    definition = loop(50)
    definition["States"]["Zero"]["Assign"] |= {f"v{number}": "same" for number in range(100)}
    told = Told(account.load(definition).run({}))
    assert len(told.scope(told.executions[0]["visits"][-1][6])) == 101
    assert sum(len(added) for _, added in told.data["scopes"]) == 101 + 50


def test_variables_of_branches_are_their_own(account):
    def branch(name):
        assign = {"Type": "Pass", "Assign": {name: 1}, "Next": f"{name}2"}
        return {"StartAt": f"{name}1", "States": {f"{name}1": assign, f"{name}2": {"Type": "Pass", "End": True}}}

    both = {"Type": "Parallel", "Branches": [branch("a"), branch("b")], "End": True}
    told = Told(account.load({"QueryLanguage": "JSONata", "StartAt": "P", "States": {"P": both}}).run({}))
    scopes = {name: told.scope(visit[6]) for name, visit in zip(told.visits(), told.executions[0]["visits"], strict=True)}
    assert {name: list(scope) for name, scope in scopes.items()} == {"P": [], "a1": [], "b1": [], "a2": ["a"], "b2": ["b"]}


def test_secrets_are_hidden_everywhere(account):
    account.redact("$.card")
    account.lambda_function("charge").raises("Declined", "card 4111-1111 is stolen")
    execution = account.load(TASK).run({"card": "4111-1111"})
    told = Told(execution)
    assert "4111" not in "".join(told.texts) + repr(told.data)
    assert "[redacted]" in "".join(told.texts)
