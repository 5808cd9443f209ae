from __future__ import annotations

import pytest

from pytest_sfn import DeploymentError, SfnAws
from tests.deploy.helpers import resource, template


def test_a_key_has_the_names_that_the_template_gives(sfn_aws: SfnAws) -> None:
    alias = resource("AWS::KMS::Alias", AliasName="alias/shop", TargetKeyId={"Ref": "Key"})
    signing = resource("AWS::KMS::Key", KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    deployed = sfn_aws.deploy(template(Name=alias, Key=resource("AWS::KMS::Key"), Signing=signing))
    kms = sfn_aws.client("kms")

    for name in (deployed.ref("Key"), deployed.get_att("Key"), deployed.ref("Name")):
        found = kms.describe_key(KeyId=name)["KeyMetadata"]
        assert (found["KeyId"], found["Arn"]) == (deployed.ref("Key"), deployed.get_att("Key"))
    assert kms.describe_key(KeyId=deployed.ref("Signing"))["KeyMetadata"]["KeySpec"] == "HMAC_256"
    assert len(deployed.ref("Key")) == 36


def test_a_second_deployment_leaves_the_key_of_the_first(sfn_aws: SfnAws) -> None:
    deployed = sfn_aws.deploy(template(Key=resource("AWS::KMS::Key")))
    kms = sfn_aws.client("kms")
    sealed = kms.encrypt(KeyId=deployed.ref("Key"), Plaintext=b"hi")["CiphertextBlob"]

    with pytest.raises(DeploymentError, match=r"Key \(AWS::KMS::Key\): kms refuses it: it has .*\n  fix  it is there already"):
        sfn_aws.deploy(template(Key=resource("AWS::KMS::Key")))
    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"hi"
    assert len(kms.list_keys()["Keys"]) == 1
