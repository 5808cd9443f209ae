"""`.sync`: when a job has ended, what the task then gets, and how a service is asked for it in virtual time."""

import json

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.errors import MockError
from pytest_sfn.services.operations import polling_of
from pytest_sfn.tasks.jobs import CallError, run_job
from tests.helpers import events, machine, recover, world

PARAMETERS = {
    "batch:submitJob": {"JobDefinition": "d", "JobName": "n", "JobQueue": "q"},
    "glue:startJobRun": {"JobName": "j"},
    "ecs:runTask": {"Cluster": "c", "TaskDefinition": "t"},
    "codebuild:startBuild": {"ProjectName": "p"},
    "athena:startQueryExecution": {"QueryString": "select 1"},
    "elasticmapreduce:createCluster": {"Name": "n", "Instances": {"KeepJobFlowAliveWhenNoSteps": True}},
    "eks:deleteCluster": {"Name": "n"},
    "states:startExecution": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child"},
}


def job(action, **fields):
    return {"Type": "Task", "Resource": f"arn:aws:states:::{action}.sync", "Parameters": PARAMETERS[action], **fields}


@pytest.fixture
def account():
    return SfnMock(validate="none")


# -- a mock gives the description ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "description", "result"),
    [
        ("glue:startJobRun", {"JobRunState": "SUCCEEDED", "Id": "jr"}, None),
        ("glue:startJobRun", {"JobRun": {"JobRunState": "SUCCEEDED"}}, {"JobRunState": "SUCCEEDED"}),
        ("glue:startJobRun", {"Id": "a mock may leave the status out"}, None),
        ("batch:submitJob", {"Status": "SUCCEEDED"}, None),
        ("batch:submitJob", {"Jobs": [{"Status": "SUCCEEDED"}]}, {"Status": "SUCCEEDED"}),
        ("codebuild:startBuild", {"BuildStatus": "SUCCEEDED"}, {"Build": {"BuildStatus": "SUCCEEDED"}}),
        ("codebuild:startBuild", {"Build": {"BuildStatus": "SUCCEEDED"}}, None),
        ("athena:startQueryExecution", {"QueryExecution": {"Status": {"State": "SUCCEEDED"}}}, None),
        ("elasticmapreduce:createCluster", {"ClusterId": "j", "Cluster": {"Status": {"State": "WAITING"}}}, None),
        ("ecs:runTask", {"LastStatus": "STOPPED", "Containers": [{"ExitCode": 0}]}, None),
        ("states:startExecution", {"Status": "SUCCEEDED", "Output": "{}"}, None),
    ],
)
def test_job_that_ended_well(account, action, description, result):
    account.state("A").returns(description)
    execution = account.load(machine(A=job(action))).run()
    assert execution.output == (description if result is None else result)
    assert events(execution)[2:6] == ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]


@pytest.mark.parametrize(
    ("action", "description"),
    [
        ("glue:startJobRun", {"JobRunState": "TIMEOUT", "ErrorMessage": "too long"}),
        ("batch:submitJob", {"Status": "FAILED", "StatusReason": "Essential container exited"}),
        ("codebuild:startBuild", {"Build": {"BuildStatus": "FAULT"}}),
        ("ecs:runTask", {"LastStatus": "STOPPED", "Containers": [{"ExitCode": 137}]}),
        ("states:startExecution", {"Status": "ABORTED"}),
    ],
)
def test_job_that_failed(account, action, description):
    account.state("A").submits().completes(description, after=600)
    execution = account.load(machine(A=job(action))).run()
    assert (execution.error, execution.elapsed.seconds) == ("States.TaskFailed", 600)
    assert execution.cause == json.dumps(description, separators=(",", ":"))


def test_retried_until_it_ends_well(account):
    account.state("A").returns({"JobRunState": "FAILED"}, times=2).returns({"JobRunState": "SUCCEEDED"})
    retry = [{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 60, "BackoffRate": 1}]
    execution = account.load(machine(A=job("glue:startJobRun", Retry=retry))).run()
    assert (execution.succeeded, execution.elapsed.seconds) == (True, 120)


def test_description_of_a_job_that_has_not_ended(account):
    account.state("A").returns({"JobRunState": "RUNNING"})
    with pytest.raises(MockError) as refused:
        account.load(machine(A=job("glue:startJobRun"))).run()
    assert "state 'A': the mock's answer does not end the job" in str(refused.value)
    assert "let its status be one of ERROR, EXPIRED, FAILED, STOPPED, SUCCEEDED, TIMEOUT" in str(refused.value)


def test_service_that_refuses_the_job(account):
    account.state("A").raises("Glue.ConcurrentRunsExceededException", "busy")
    execution = account.load(machine(A=job("glue:startJobRun"))).run()
    assert (execution.error, "TaskSubmitted" in events(execution)) == ("Glue.ConcurrentRunsExceededException", False)


def test_job_that_only_the_timeout_ends(account):
    account.state("A").submits({"JobRunId": "jr"})
    definition = machine(A=job("glue:startJobRun", TimeoutSeconds=3600))
    assert account.load(definition).run().error == "States.Timeout"
    execution = account.load(machine(A=job("glue:startJobRun"))).run()
    assert execution.waits_for() == "state 'A' waits for the end of its job (glue:startJobRun)"


# -- a service is asked --------------------------------------------------------------------------------------------------


class Service:
    """A service whose answers are given; an exception is raised. The last one repeats."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.calls = []

    def __call__(self, service, operation, parameters):
        self.calls.append((service, operation, parameters))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


class Runner:
    """Answers every task by its job at the service."""

    def __init__(self, service):
        self.service = service

    def check(self, request):
        pass

    def start(self, request):
        run_job(request, self.service)


def ask(account, action, *answers, **fields):
    service = Service(*answers)
    world(account).runner = Runner(service)
    return account.load(machine(A=job(action, **fields))).run(), service.calls


def states(*names):
    return [{"JobRun": {"JobRunState": name}} for name in names]


def test_service_is_asked_until_the_job_has_ended(account):
    execution, calls = ask(account, "glue:startJobRun", {"JobRunId": "jr"}, *states("STARTING", "RUNNING", "SUCCEEDED"))
    assert execution.output == {"JobRunState": "SUCCEEDED"}
    assert calls[:2] == [
        ("glue", "StartJobRun", {"JobName": "j"}),
        ("glue", "GetJobRun", {"JobName": "j", "RunId": "jr"}),
    ]
    assert (len(calls), execution.elapsed.total_seconds()) == (4, 5 + 6.25)
    assert events(execution)[2:6] == ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]


def test_service_whose_job_ends_at_once_takes_no_time(account):
    execution, _ = ask(account, "batch:submitJob", {"JobId": "b"}, {"Jobs": [{"Status": "FAILED"}]})
    assert (execution.error, execution.cause, execution.elapsed.seconds) == ("States.TaskFailed", '{"Status":"FAILED"}', 0)


def test_what_only_the_start_says_is_in_the_result(account):
    cluster = {"Cluster": {"Status": {"State": "WAITING"}}}
    execution, _ = ask(account, "elasticmapreduce:createCluster", {"ClusterId": "j-1"}, cluster)
    assert execution.output == {"ClusterId": "j-1", **cluster}


@pytest.mark.parametrize(("answers", "taken"), [((), False), (({"JobRunId": "jr"},), True)])
def test_error_of_the_service(account, answers, taken):
    execution, _ = ask(account, "glue:startJobRun", *answers, CallError("Glue.EntityNotFoundException", "gone"))
    assert (execution.error, execution.cause) == ("Glue.EntityNotFoundException", "gone")
    assert ("TaskSubmitted" in events(execution)) is taken


def test_what_is_gone_was_deleted(account):
    deleting = {"Cluster": {"Status": "DELETING"}}
    gone = CallError("EKS.ResourceNotFoundException", "no such cluster", "ResourceNotFoundException")
    assert ask(account, "eks:deleteCluster", deleting, deleting, gone)[0].succeeded


def test_timeout_ends_the_watch(account):
    execution, calls = ask(account, "glue:startJobRun", {"JobRunId": "jr"}, *states("RUNNING"), TimeoutSeconds=12)
    assert (execution.error, len(calls)) == ("States.Timeout", 4)


def test_job_that_never_ends(account):
    with pytest.raises(MockError) as refused:
        ask(account, "glue:startJobRun", {"JobRunId": "jr"}, *states("RUNNING"))
    assert "the job has not ended in 295 days of virtual time" in str(refused.value)
    assert "its status is 'RUNNING'" in str(refused.value)


EKS_JOB = {"ClusterName": "c", "CertificateAuthority": "a", "Endpoint": "https://e", "Job": {}}


def test_job_that_nothing_describes(account):
    world(account).runner = Runner(Service({}))
    definition = machine(A={"Type": "Task", "Resource": "arn:aws:states:::eks:runJob.sync", "Parameters": EKS_JOB})
    with pytest.raises(MockError, match=r"how arn:aws:states:::eks:runJob\.sync ends is not known"):
        account.load(definition).run()


WRONG = [None, True, 1, 10**400, "", "text", [], [1], [[1]], ["text"], [None], [{}], {}, {"a": 1}, {"": None}]


def wrong_answers(path):
    """Values of wrong types, bare and in the place of each part of an answer."""
    parts = path.split(".")
    for value in WRONG:
        for cut in range(len(parts) + 1):
            made = value
            for part in reversed(parts[:cut]):
                made = [made] if part.isdigit() else {part: made}
            yield made


@pytest.mark.parametrize("action", PARAMETERS)
def test_answers_of_wrong_types_end_the_task_or_the_test(account, action):
    polling = polling_of(parse_resource(f"arn:aws:states:::{action}.sync"))
    paths = [
        ".".join([*polling.job_path, status]) for status in ("status", "Status.State", "lastStatus", "containers.0.exitCode")
    ]
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "B"}]
    loaded = account.load(machine(A=job(action, Next="B", Catch=catch), B={"Type": "Succeed"}))
    for answer in [each for path in paths for each in wrong_answers(path)]:
        account.state("A").calls(lambda event, answer=answer: answer)
        try:
            execution = loaded.run()
        except MockError:  # the answer does not end the job
            recover(account)
        else:
            assert execution.status in ("SUCCEEDED", "FAILED")
