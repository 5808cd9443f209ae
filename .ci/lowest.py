"""Prints pip constraints that pin every package of pyproject.toml to the lowest release it declares.

pip install '.[test]' -c <(python .ci/lowest.py)
"""

import re
import tomllib
from pathlib import Path

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
BOUND = re.compile(r"([\w-]+)(?:\[\w+\])?>=([\w.]+)")

if __name__ == "__main__":
    for declared in sorted({*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]}):
        bound = BOUND.fullmatch(declared)
        if bound is None:
            raise SystemExit(f"pyproject.toml: {declared!r} is not name>=version")
        print(f"{bound[1]}=={bound[2]}")
