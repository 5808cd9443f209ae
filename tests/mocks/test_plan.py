"""Which targets one task has, and when a single one may answer without a look at the others."""

from __future__ import annotations

from pytest_sfn.mocks.plan import Plan
from pytest_sfn.tasks.functions import PlainTask


def test_a_single_target_answers_at_once(registry, charge):
    delivery = PlainTask(None)
    assert Plan([(charge, delivery)], None, invokes=False).only is None  # it has no answers
    charge.returns(1)
    plan = Plan([(charge, delivery)], None, invokes=False)
    assert (plan.only, plan.delivery) == (charge, delivery)
    assert Plan([(charge, delivery), (registry.state("A"), delivery)], None, invokes=False).only is None
    charge.when(item=1).returns(2)
    assert Plan([(charge, delivery)], None, invokes=False).only is None


def test_a_function_s_own_code_answers_where_no_mock_has_answers(registry, charge):
    delivery = PlainTask(None)
    plan = Plan([(charge, delivery)], None, invokes=False, handled=(charge, delivery))
    assert (plan.only, plan.delivery) == (charge, delivery)
    other = registry.state("A")
    other.returns(1)
    assert Plan([(other, delivery)], None, invokes=False, handled=(charge, delivery)).only is other
