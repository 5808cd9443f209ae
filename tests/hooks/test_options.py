"""Options, ini keys and markers; tests/plugin/test_settings.py has what they do."""

from __future__ import annotations

import ast
from pathlib import Path
from unittest.mock import Mock

from pytest_sfn.hooks import options


def test_each_ini_key_is_added_once_and_checked() -> None:
    parser, config = Mock(), Mock()
    options.add_options(parser)
    options.check_types(config)
    keys = [call.args[0] for call in parser.addini.call_args_list]

    assert len(keys) == len(set(keys)) > 15
    assert [call.args[0] for call in config.getini.call_args_list] == keys


def test_the_module_imports_pytest_alone() -> None:
    tree = ast.parse(Path(options.__file__).read_text(encoding="utf-8"))
    found = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    found += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]

    assert sorted(filter(None, found)) == ["__future__", "pytest", "typing"]
