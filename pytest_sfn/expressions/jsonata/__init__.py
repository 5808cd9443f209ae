"""JSONata, the query language of `{% ... %}`.

Two layers. The plain language, JSONata 2.0.6, is jsonata-python (Apache-2.0) with what it gets wrong put right:
`library` imports it, `syntax` parses, `engine` evaluates with `operators` and `closures`; `functions`, `strings`,
`signatures`, `pictures` and `dates` are the function library; `values` and `errors` are what they share. On top is the
dialect of Step Functions: `aws`, `additions`, `references`. The engine of this package needs only what is exported
here, and importing it imports none of the library: the first expression that is more than a plain path does.
"""

from pytest_sfn.expressions.jsonata.aws import Expression, QueryEvaluationError, compile_jsonata, evaluate_field, expect_type

__all__ = ["Expression", "QueryEvaluationError", "compile_jsonata", "evaluate_field", "expect_type"]
