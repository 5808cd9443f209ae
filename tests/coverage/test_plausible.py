"""Values that say what they are."""

import pytest

from pytest_sfn.coverage.plausible import plausible


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"card": "x", "status": "PAID", "n": 1, "none": None}, {"card": "card", "status": "PAID", "n": 1, "none": None}),
        (
            {"orderId": "x", "order": {"id": "x", "name": "x"}},
            {"orderId": "order-1", "order": {"id": "order-1", "name": "order-name"}},
        ),
        ({"orders": [{"id": "x"}], "colours": ["x"]}, {"orders": [{"id": "order-1"}], "colours": ["colour"]}),
        ({"email": "x", "imageUrl": "x"}, {"email": "user@example.com", "imageUrl": "https://example.com/image"}),
        ({"createdAt": "x", "dueDate": "x"}, {"createdAt": "2024-01-01T00:00:00Z", "dueDate": "2024-01-01"}),
        ({"roleArn": "x"}, {"roleArn": "arn:aws:iam::123456789012:role/role"}),
        ({"body": '{"id": "x"}', "text": "{no"}, {"body": '{"id": "id-1"}', "text": "{no"}),
        ({"total": {"N": "x"}, "name": {"S": "x"}}, {"total": {"N": "1"}, "name": {"S": "name"}}),
        ({"token": "xxxxxxxx"}, {"token": "tokenxxx"}),
        ("x", "x"),
        (["x", {"x": "axe"}], ["x", {"x": "axe"}]),
    ],
)
def test_values_are_named_after_their_members(value, expected):
    assert plausible(value, "texts") == expected


def test_numbers_and_booleans_where_no_api_demands_a_text():
    value = {"amount": "x", "itemCount": "x", "approved": "x", "isOpen": "x"}

    assert plausible(value, "all") == {"amount": 100, "itemCount": 2, "approved": True, "isOpen": True}
    assert all(isinstance(each, str) for each in plausible(value, "texts").values())
    assert plausible(value, "none") == value
