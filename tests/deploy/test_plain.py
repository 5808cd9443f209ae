from __future__ import annotations

import pytest

from pytest_sfn import DeploymentError, SfnAws
from pytest_sfn.deploy.makers import MAKERS
from pytest_sfn.deploy.plain import Plain
from tests.deploy.helpers import resource, template


def test_one_call_makes_it(sfn_aws: SfnAws) -> None:
    group = resource("AWS::Logs::LogGroup", LogGroupName="/shop", RetentionInDays=7)
    sfn_aws.deploy(template(Group=group, Bus=resource("AWS::Events::EventBus"), Set=resource("AWS::SES::ConfigurationSet")))

    assert [each["logGroupName"] for each in sfn_aws.client("logs").describe_log_groups()["logGroups"]] == ["/shop"]
    assert "Bus" in [each["Name"] for each in sfn_aws.client("events").list_event_buses()["EventBuses"]]
    assert sfn_aws.client("sesv2").get_configuration_set(ConfigurationSetName="Set")["ConfigurationSetName"] == "Set"


def test_a_failed_deployment_undoes_it(sfn_aws: SfnAws) -> None:
    kinds = [kind for kind, maker in MAKERS.items() if isinstance(maker, Plain) and maker.service != "cognito-idp"]
    made = {kind.rpartition(":")[2]: resource(kind) for kind in kinds}

    with pytest.raises(DeploymentError, match="1 of its"):
        sfn_aws.deploy(template(**made, Bad=resource("AWS::SSM::Parameter")))
    sfn_aws.deploy(template(**made))  # nothing is in the way


def test_a_property_that_has_to_be_there(sfn_aws: SfnAws) -> None:
    with pytest.raises(DeploymentError, match=r"Staff .*it has no UserPoolId, which AWS::Cognito::UserPoolGroup needs"):
        sfn_aws.deploy(template(Staff=resource("AWS::Cognito::UserPoolGroup")))
