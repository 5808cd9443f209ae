"""The mocks of an account: one for each target, however a test writes that."""

import pytest

from pytest_sfn.errors import MockError
from tests.mocks.asking import CHARGE, INVOKE, PUT_ITEM


@pytest.mark.parametrize(
    "name", ["charge", "function:charge", "charge:live", CHARGE, f"{CHARGE}:live", "123456789012:function:charge"]
)
def test_the_same_target_is_the_same_mock(registry, name):
    assert registry.lambda_function(name) is registry.lambda_function(name)
    assert registry.state(name) is registry.state(name) is not registry.lambda_function(name)


def test_two_ways_to_write_a_target(registry):
    assert registry.lambda_function("function:charge") is registry.lambda_function("charge")
    assert registry.resource("dynamodb:putItem") is registry.resource(PUT_ITEM)
    assert registry.lambda_function(CHARGE) is not registry.lambda_function("charge")


@pytest.mark.parametrize(
    ("register", "message"),
    [
        (lambda r: r.lambda_function(""), "lambda_function(''): this is not a Lambda function"),
        (lambda r: r.lambda_function(5), "lambda_function(5): this is not a Lambda function"),
        (lambda r: r.lambda_function(INVOKE), f'mocked with resource("{INVOKE}")'),
        (lambda r: r.state(None), "state(None): this is not the name of a state"),
        (lambda r: r.resource(""), "resource(''): this is not a Resource"),
        (lambda r: r.state("A").when(), "state:A.when(): it names no condition"),
        (lambda r: r.state("A").when(item=-1), "got item=-1"),
        (lambda r: r.state("A").when(item=True), "got item=True"),
        (lambda r: r.state("A").when(item=()), "got item=()"),
        (lambda r: r.state("A").when(execution=0), "executions are numbered from 1"),
        (lambda r: r.state("A").when(item=1).when(item=2), "item is there already"),
    ],
)
def test_what_is_no_target(registry, register, message):
    with pytest.raises(MockError) as caught:
        register(registry)
    assert message in str(caught.value)
