"""The client of a target: past the gate, with the user's credentials, at a limited rate."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn import PytestSfnError, SfnAws, SfnMock
from pytest_sfn.services.api_error import ApiError
from pytest_sfn.targets import client as module
from pytest_sfn.targets.client import Client
from tests.targets.loopback import Endpoint

ABSENT = "arn:aws:states:us-east-1:123456789012:stateMachine:absent"


def client_of(endpoint: Endpoint, **options: Any) -> Client:
    return Client("endpoint", endpoint.url, options.get("region", "us-east-1"), None, options.get("rate"))


def test_requests_pass_an_open_account_with_services(endpoint: Endpoint) -> None:
    client = client_of(endpoint)

    with SfnAws() as sfn_aws:
        sfn_aws.load({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}, name="here")
        assert client.call("list_state_machines")["stateMachines"] == []

    assert endpoint.calls == [("ListStateMachines", {})]


def test_requests_pass_an_open_account_without_services(endpoint: Endpoint) -> None:
    client = client_of(endpoint)

    with SfnMock():
        assert client.call("list_state_machines")["stateMachines"] == []


def test_calls_are_signed_with_the_users_credentials(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "mine")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    client = client_of(endpoint)

    with SfnAws() as sfn_aws:
        client.call("list_state_machines")
        own = sfn_aws.client("stepfunctions", endpoint_url=endpoint.url)
        assert own.list_state_machines()["stateMachines"] == []

    assert endpoint.keys == ["mine"]  # a client of the test is answered in this process


def test_a_refusal_has_its_code_and_text(endpoint: Endpoint) -> None:
    with pytest.raises(ApiError, match=f"StateMachineDoesNotExist: State Machine Does Not Exist: '{ABSENT}'"):
        client_of(endpoint).call("describe_state_machine", stateMachineArn=ABSENT)


def test_no_host_gets_a_prefix_at_an_endpoint(endpoint: Endpoint) -> None:
    definition = '{"Type": "Succeed"}'

    assert client_of(endpoint).call("test_state", definition=definition, input="1")["status"] == "SUCCEEDED"


def test_who_may_not_call_gets_one_answer_and_no_second_request(endpoint: Endpoint) -> None:
    endpoint.alter = lambda *_: (400, {"__type": "AccessDeniedException", "message": "not you"})
    client = client_of(endpoint)

    for _ in range(2):
        with pytest.raises(PytestSfnError) as caught:
            client.call("list_state_machines")

        assert str(caught.value) == (
            f"--sfn-target=endpoint: no answer of {endpoint.url}\n"
            "  reason  AccessDeniedException: not you\n"
            "  fix     see to the endpoint, the credentials and what they allow, or leave out --sfn-target\n"
            "  see     pytest-sfn docs targets#where (https://pytest-sfn.readthedocs.io/en/latest/targets.html#where)"
        )
    assert len(endpoint.calls) == 1


def test_calls_wait_until_the_rate_allows_them(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    now, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(round(seconds, 3))
        now[0] += seconds

    monkeypatch.setattr(module, "monotonic", lambda: now[0])
    monkeypatch.setattr(module, "sleep", sleep)
    client = client_of(endpoint, rate=2)

    client.call("list_state_machines")
    client.call("list_state_machines")
    now[0] += 0.4
    client.call("list_state_machines")
    now[0] += 7
    client.call("list_state_machines")

    assert slept == [0.5, 0.1]


def test_an_unknown_profile() -> None:
    with pytest.raises(PytestSfnError) as caught:
        Client("teststate", None, "us-east-1", "nobody-has-this", None)

    assert str(caught.value) == (
        "--sfn-target=teststate: The config profile (nobody-has-this) could not be found\n  see  pytest-sfn docs targets#where (https://pytest-sfn.readthedocs.io/en/latest/targets.html#where)"
    )


def test_aws_itself_gets_the_users_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "mine")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")

    client = Client("teststate", None, "eu-west-1", None, 1)

    assert (client.url, client.region) == ("https://states.eu-west-1.amazonaws.com", "eu-west-1")
    assert client._client._request_signer._credentials.access_key == "mine"
