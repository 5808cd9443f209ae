"""Runs cases in the format of the public JSONata test suite against our plain JSONata layer.

`python -m tests.jsonata_suite FOLDER` runs a folder with `groups/<group>/*.json` and `datasets/*.json`; without FOLDER
our own cases beside this file. A file holds one case or a list of them:

    {"expr": "a.b", "data": {"a": {"b": 1}}, "bindings": {}, "result": 1}

`expr-file` names a file beside the case instead of `expr`, `dataset` a file in `datasets/` instead of `data` (null or
neither: no document). Expected is `result`, `undefinedResult: true`, or `code` (or `error: {"code": ...}`) with `token`
perhaps (a wrong token is counted apart: the code decides); `unordered: true` compares a list in any order. `timelimit`
(milliseconds) and `depth` bound the evaluation.
"""
