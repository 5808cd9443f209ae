"""The application's state machine, with its functions' code and its tables."""

import pytest


@pytest.fixture
def machine(sfn_aws):
    """The state machine with the code of its functions, and with empty tables."""
    return sfn_aws.deploy("template.yaml").machine
