"""Mistakes in a template of CloudFormation or SAM, found before anything is made of it.

`mistakes.py` has the one table of checks. `names.json` has what AWS knows by name: resource types, their properties, SAM's
events. A mistake is a value with its place; `load` and `deploy` and the linter say it, each in its own way.
"""
