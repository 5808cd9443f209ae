from __future__ import annotations

from pytest_sfn import SfnAws
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
