from __future__ import annotations

import warnings
from typing import Any

import pytest

from pytest_sfn import DefinitionWarning, DeploymentError, SfnAws
from tests.deploy.helpers import resource, template

POOL = {"Ref": "Users"}
USERS = template(
    Users=resource("AWS::Cognito::UserPool", UserPoolName="users", AutoVerifiedAttributes=["email"]),
    Web=resource("AWS::Cognito::UserPoolClient", UserPoolId=POOL, ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]),
    Staff=resource("AWS::Cognito::UserPoolGroup", UserPoolId=POOL, GroupName="staff"),
    Admin=resource("AWS::Cognito::UserPoolUser", UserPoolId=POOL, Username="admin"),
    Member=resource(
        "AWS::Cognito::UserPoolUserToGroupAttachment",
        UserPoolId=POOL,
        Username={"Ref": "Admin"},
        GroupName={"Ref": "Staff"},
    ),
    Domain=resource("AWS::Cognito::UserPoolDomain", UserPoolId=POOL, Domain="shop"),
    Scopes=resource("AWS::Cognito::UserPoolResourceServer", UserPoolId=POOL, Identifier="api", Name="api"),
)


def test_users(sfn_aws: SfnAws) -> None:
    pytest.importorskip("joserfc")  # moto[cognitoidp]
    deployed = sfn_aws.deploy(USERS)
    cognito, pool = sfn_aws.client("cognito-idp"), deployed.ref("Users")

    assert pool == "us-east-1_Users"
    assert cognito.describe_user_pool(UserPoolId=pool)["UserPool"]["Arn"] == deployed.get_att("Users")
    client = cognito.describe_user_pool_client(UserPoolId=pool, ClientId=deployed.ref("Web"))["UserPoolClient"]
    assert client["ExplicitAuthFlows"] == ["ALLOW_USER_PASSWORD_AUTH"]
    found = cognito.list_users_in_group(UserPoolId=pool, GroupName=deployed.ref("Staff"))["Users"]
    assert [each["Username"] for each in found] == ["admin"]
    assert deployed.get_att("Users", "ProviderURL") == f"https://cognito-idp.us-east-1.amazonaws.com/{pool}"


def test_identities(sfn_aws: SfnAws) -> None:
    deployed = sfn_aws.deploy(template(Guests=resource("AWS::Cognito::IdentityPool", AllowUnauthenticatedIdentities="true")))

    found = sfn_aws.client("cognito-identity").describe_identity_pool(IdentityPoolId=deployed.ref("Guests"))
    assert (found["IdentityPoolId"], found["AllowUnauthenticatedIdentities"]) == (deployed.ref("Guests"), True)


def test_triggers_are_told(sfn_aws: SfnAws) -> None:
    pytest.importorskip("joserfc")
    with pytest.warns(DefinitionWarning, match="it calls none of its triggers"):
        sfn_aws.deploy(template(Users=resource("AWS::Cognito::UserPool", LambdaConfig={"PreSignUp": "arn"})))


def test_a_package_that_moto_lacks_stops_no_deployment(sfn_aws: SfnAws, monkeypatch: pytest.MonkeyPatch) -> None:
    from moto.core.models import botocore_stubber

    def process_request(request: object) -> None:
        raise ModuleNotFoundError("No module named 'joserfc'")

    monkeypatch.setattr(botocore_stubber, "process_request", process_request)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        deployed = sfn_aws.deploy(USERS)

    assert (deployed.made, deployed.lacking) == ([], [])
    assert deployed.ref("Users") == "us-east-1_Users"


IDENTITIES = resource("AWS::Cognito::IdentityPool", IdentityPoolName="people", AllowUnauthenticatedIdentities=True)
CLIENT = resource("AWS::Cognito::UserPoolClient", UserPoolId="us-east-1_Users")


@pytest.mark.parametrize(
    ("second", "logical_id"),
    [
        (template(Users=resource("AWS::Cognito::UserPool", UserPoolName="users")), "Users"),
        (template(Web=CLIENT), "Web"),
        (template(People=IDENTITIES), "People"),
    ],
)
def test_a_second_deployment_replaces_nothing(sfn_aws: SfnAws, second: dict[str, Any], logical_id: str) -> None:
    pytest.importorskip("joserfc")  # moto[cognitoidp]
    sfn_aws.deploy(USERS)
    sfn_aws.deploy(template(People=IDENTITIES))

    with pytest.raises(DeploymentError, match=rf"{logical_id} \(.*refuses it: it has .*\n  fix  it is there already"):
        sfn_aws.deploy(second)
