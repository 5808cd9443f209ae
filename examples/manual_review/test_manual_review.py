"""A manual review: a person answers hours or days later, or never."""

from datetime import timedelta

import pytest

PAYMENT = {"amount": 9000, "reviewer": "ann@example.com"}


@pytest.fixture
def mail(sfn_mock):
    """Sends the mail with the link; the reviewer has not clicked it yet."""
    mock = sfn_mock.lambda_function("SendReviewMail")
    mock.submits({"sent": True})
    return mock


@pytest.fixture
def queue(sfn_mock):
    """Queue of escalated reviews; the head of the department has not answered yet."""
    mock = sfn_mock.resource("arn:aws:states:::sqs:sendMessage.waitForTaskToken")
    mock.submits({"MessageId": "m-1"})
    return mock


@pytest.fixture
def pay(sfn_mock):
    mock = sfn_mock.lambda_function("Pay")
    mock.calls(lambda event: {"paid": True, **event})
    return mock


@pytest.fixture
def machine(sfn_mock, mail, queue, pay):
    return sfn_mock.load("manual_review.asl.json")


def test_nothing_happens_before_the_reviewer_answers(machine, mail, pay):
    execution = machine.start(PAYMENT)

    execution.advance(timedelta(hours=3))

    assert execution.status == "RUNNING"
    assert execution.path == ["OpenReview", "AskReviewer"]
    mail.assert_called_once_with(
        {"to": "ann@example.com", "amount": 9000, "reminder": 0, "token": execution.task_token("AskReviewer")}
    )
    pay.assert_not_called()


def test_reviewer_approves_after_three_hours(sfn_mock, machine):
    execution = machine.start(PAYMENT)
    execution.advance(timedelta(hours=3))

    sfn_mock.send_task_success(execution.task_token("AskReviewer"), {"approvedBy": "Ann"})

    assert execution.run().output == {"paid": True, "amount": 9000, "approvedBy": "Ann"}
    assert execution.elapsed == timedelta(hours=3)


def test_the_same_as_a_script(machine, mail):
    mail.returns({"sent": True}).completes({"approvedBy": "Ann"}, after=timedelta(hours=3))

    execution = machine.run(PAYMENT)

    assert execution.output == {"paid": True, "amount": 9000, "approvedBy": "Ann"}
    assert execution.elapsed == timedelta(hours=3)


def test_reviewer_rejects(machine, mail, pay):
    mail.returns({"sent": True}).completes_with_error("Rejected", "no such invoice", after=60)

    execution = machine.run(PAYMENT)

    assert execution.output == {"paid": False, "reason": "no such invoice"}
    pay.assert_not_called()


def test_a_reminder_every_four_hours(machine, mail):
    mail.submits(times=2).submits().completes({"approvedBy": "Ann"}, after=timedelta(hours=1))

    execution = machine.run(PAYMENT)

    assert [(call.input["reminder"], call.time) for call in mail.calls] == [
        (0, timedelta()),
        (1, timedelta(hours=4)),
        (2, timedelta(hours=8)),
    ]
    assert execution.output["approvedBy"] == "Ann"
    assert execution.elapsed == timedelta(hours=9)


def test_escalation_after_a_day(machine, mail, queue):
    queue.submits({"MessageId": "m-1"}).heartbeats(every=timedelta(hours=8)).completes({"approvedBy": "Joe"}, after=86_400)

    execution = machine.run(PAYMENT)

    assert mail.call_count == 6
    assert queue.calls[0].time == timedelta(days=1)
    assert execution.path[-3:] == ["IsDayOver", "AskHead", "Pay"]
    assert execution.output["approvedBy"] == "Joe"
    assert execution.elapsed == timedelta(days=2)


def test_nobody_answers(machine, queue):
    execution = machine.run(PAYMENT)

    assert execution.output == {"paid": False, "reason": "nobody reviewed it"}
    assert execution.elapsed == timedelta(days=1, hours=12)  # no heartbeat within twelve hours


def test_the_mail_cannot_be_sent_at_once(machine, mail):
    mail.raises("Lambda.TooManyRequestsException", times=2).returns({"sent": True}).completes({"approvedBy": "Ann"})

    execution = machine.run(PAYMENT)

    assert execution.state("AskReviewer").retries == 2
    assert execution.output["paid"]
