"""The resources of a template, made in moto: `sfn_aws.deploy("template.yaml")`.

`plan.py` reads the template into a list of `Wanted` resources in the order in which they can be made. `makers.py` is the table
from resource type to the function that makes one; the families of resources have a module each. `deployment.py` makes them, or
undoes all and says what cannot be made. No account is known here: clients come from a `Cloud`.
"""
