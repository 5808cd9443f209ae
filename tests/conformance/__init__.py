"""Our answers beside those that AWS gave: replay recorded cases and compare.

`adapter.py` turns a case into calls of the public API and hands back what boto3 would have answered; `runner.py` finds
the cases, compares and counts; `python -m tests.conformance FOLDER` is its command line. The cases themselves are not
part of the project: FOLDER has them, with the `compare.py` and `functions.py` that go with them.
"""
