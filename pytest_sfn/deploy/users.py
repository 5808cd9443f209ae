"""Cognito's user pools, with clients, groups, users; and its identity pools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_sfn.gate.identities import identify_identity_pool, identify_pool, identify_pool_client

if TYPE_CHECKING:
    from pytest_sfn.deploy.cloud import Cloud
    from pytest_sfn.deploy.wanted import Wanted

__all__ = ["client", "identity_pool", "member", "pool", "user"]

_SERVICE: Final = "cognito-idp"
_POOL: Final = (
    *("Policies", "AutoVerifiedAttributes", "AliasAttributes", "UsernameAttributes", "MfaConfiguration", "Schema"),
    *("AdminCreateUserConfig", "UsernameConfiguration", "AccountRecoverySetting"),
)
_CLIENT: Final = (
    *("GenerateSecret", "RefreshTokenValidity", "AccessTokenValidity", "IdTokenValidity", "TokenValidityUnits"),
    *("ReadAttributes", "WriteAttributes", "ExplicitAuthFlows", "SupportedIdentityProviders", "CallbackURLs", "LogoutURLs"),
    *("DefaultRedirectURI", "AllowedOAuthFlows", "AllowedOAuthScopes", "AllowedOAuthFlowsUserPoolClient"),
)


def pool(wanted: Wanted, cloud: Cloud) -> None:
    """A user pool. It calls no triggers, which its functions would be."""
    cloud.refuse_another(_SERVICE, "describe_user_pool", UserPoolId=wanted.ref)
    made = cloud.call(_SERVICE, "create_user_pool", PoolName=wanted.name, **wanted.pick(*_POOL))["UserPool"]["Id"]
    identify_pool(cloud.account, cloud.region, made, wanted.ref, str(wanted.attribute("Arn")))
    if wanted.get("LambdaConfig"):
        cloud.tell(wanted, "it calls none of its triggers", "call the function as Cognito would")


def client(wanted: Wanted, cloud: Cloud) -> None:
    """An application that users of a pool sign in to."""
    pool = wanted.need("UserPoolId")
    members = wanted.pick(*_CLIENT)
    cloud.refuse_another(_SERVICE, "describe_user_pool_client", UserPoolId=pool, ClientId=wanted.ref)
    made = cloud.call(_SERVICE, "create_user_pool_client", UserPoolId=pool, ClientName=wanted.name, **members)
    identify_pool_client(cloud.account, cloud.region, pool, made["UserPoolClient"]["ClientId"], wanted.ref)


def user(wanted: Wanted, cloud: Cloud) -> None:
    """A user of a pool."""
    pool, members = wanted.need("UserPoolId"), wanted.pick("UserAttributes")
    cloud.call(_SERVICE, "admin_create_user", UserPoolId=pool, Username=wanted.name, MessageAction="SUPPRESS", **members)


def member(wanted: Wanted, cloud: Cloud) -> None:
    """A user in a group."""
    members = {each: wanted.need(each) for each in ("UserPoolId", "Username", "GroupName")}
    cloud.call(_SERVICE, "admin_add_user_to_group", **members)


def identity_pool(wanted: Wanted, cloud: Cloud) -> None:
    """A pool of identities."""
    cloud.refuse_another("cognito-identity", "describe_identity_pool", IdentityPoolId=wanted.ref)
    members = {"AllowUnauthenticatedIdentities": False, **wanted.pick("AllowUnauthenticatedIdentities")}
    made = cloud.call("cognito-identity", "create_identity_pool", IdentityPoolName=wanted.name, **members)["IdentityPoolId"]
    identify_identity_pool(cloud.account, cloud.region, made, wanted.ref)
