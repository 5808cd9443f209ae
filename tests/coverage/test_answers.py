"""Answers that services could give."""

from types import SimpleNamespace

import pytest

from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.coverage.answers import answer_of
from pytest_sfn.services.misfits import answer_misfits


@pytest.mark.parametrize(
    ("resource", "wanted"),
    [
        ("dynamodb:getItem", {"Item": {"id": {"S": "x"}}}),
        ("aws-sdk:dynamodb:getItem", {"Item": {"id": {"N": "x"}}}),
        ("sqs:sendMessage", {}),
        ("sns:publish", "x"),
        ("glue:startJobRun.sync", {"JobRunState": "x", "Attempt": "x"}),
        ("batch:submitJob.sync", {"Container": {"ExitCode": "x"}}),
        ("athena:startQueryExecution.sync", {"QueryExecution": {"QueryExecutionId": "x"}}),
        ("states:startExecution.sync:2", {"Output": {"id": "x"}}),
        ("codebuild:startBuild.sync", {}),
        ("aws-sdk:s3:listBuckets", {"Buckets": [{"Name": "x"}]}),
    ],
)
def test_an_answer_is_one_that_the_service_could_give(resource, wanted):
    parsed = parse_resource(f"arn:aws:states:::{resource}")
    answer = answer_of(SimpleNamespace(resource=parsed), wanted, of_function=False)

    assert answer_misfits(parsed, answer) == []
    if wanted and wanted != "x":
        assert wanted.keys() <= answer.keys()


def test_a_text_for_which_there_is_little_room_is_none_that_a_name_replaces():
    parsed = parse_resource("arn:aws:states:::aws-sdk:translate:translateText")
    answer = answer_of(SimpleNamespace(resource=parsed), {}, of_function=False)

    assert answer == {"TranslatedText": "x", "SourceLanguageCode": "ab", "TargetLanguageCode": "ab"}
