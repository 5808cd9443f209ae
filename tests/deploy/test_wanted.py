from __future__ import annotations

import pytest

from pytest_sfn.deploy.wanted import Known, Lack, LackError, Unresolved, Wanted
from pytest_sfn.errors import Location
from pytest_sfn.loaders.formats import as_text, read_template

PLACE = Location("main.tf", 3, 1)
TEMPLATE = {
    "Parameters": {"Size": {"Type": "Number", "Default": 7}, "Name": {"Type": "String"}},
    "Resources": {
        "Q": {
            "Type": "AWS::SQS::Queue",
            "Properties": {
                "DelaySeconds": {"Ref": "Size"},
                "QueueName": {"Ref": "Name"},
                "Tags": [{"Key": {"Ref": "Size"}}, "text"],
                "KmsMasterKeyId": {"Ref": "AWS::NoValue"},
                "FifoQueue": "true",
            },
        }
    },
}


def unresolved() -> Unresolved:
    template = read_template(as_text(TEMPLATE), None)
    assert template is not None
    resource = template.resources["Q"]
    return Unresolved(resource.properties, template.document, resource.at, template.resolver(), template.note_use)


def wanted(properties: Known | Unresolved) -> Wanted:
    return Wanted("Q", "AWS::SQS::Queue", properties, name="q", ref="url", attribute=lambda _: None, needs=set())


def test_properties_of_cloudformation() -> None:
    queue = wanted(unresolved())

    assert queue.get("DelaySeconds") == 7
    assert queue.get("KmsMasterKeyId", "none") == "none"
    assert queue.pick("DelaySeconds", "RedrivePolicy", "FifoQueue") == {"DelaySeconds": 7, "FifoQueue": "true"}
    assert queue.says("FifoQueue")
    assert [each.get("Key") for each in queue.items("Tags")] == [7]
    assert queue.items("RedrivePolicy") == []


def test_what_is_not_known_has_its_place_and_a_way_out() -> None:
    queue = wanted(unresolved())
    for _ in range(2):  # each property is resolved once
        with pytest.raises(LackError) as caught:
            queue.get("QueueName")

    lack = queue.lack(caught.value)
    assert str(lack) == (
        "<template>:18:9: Q (AWS::SQS::Queue): QueueName: the parameter 'Name' has no default"
        "\n  fix  pass its value: parameters={'Name': ...}"
    )
    assert lack.name == "Name"
    with pytest.raises(LackError, match="it has no RedrivePolicy, which AWS::SQS::Queue needs"):
        queue.need("RedrivePolicy")


def test_each_error_is_another_one() -> None:
    properties = unresolved()
    errors = []
    for _ in range(2):
        with pytest.raises(LackError) as caught:
            properties.find("QueueName")
        errors.append(caught.value)

    assert errors[0] is not errors[1]  # or the first would keep all that has ever called it


def test_the_place_is_that_of_the_property_that_a_refusal_names() -> None:
    queue = wanted(unresolved())
    places = [queue.lack(LackError(why)).location for why in ("'delaySeconds' is too large", "no", "tagsets")]

    assert [place.line for place in places if place is not None] == [15, 12, 12]


def test_properties_of_terraform() -> None:
    queue = wanted(Known({"A": ["${var.a} and ${b}"], "B": [{"c": 1}], "C": "${other}"}, PLACE, {"var.a": "it has no default"}))

    assert queue.get("C") == "${other}"
    assert [each.get("c") for each in queue.items("B")] == [1]
    with pytest.raises(LackError) as caught:
        queue.get("A")
    assert queue.lack(caught.value) == Lack(
        PLACE,
        "Q",
        "AWS::SQS::Queue",
        "A: ${var.a}: it has no default",
        "pass its value, parameters={'a': ...}, or deploy Terraform's plan: terraform show -json",
        "var.a",
    )
