"""Templates as people write them end in a running account, or in one list of what is lacking, each with its place."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Final

import pytest

from pytest_sfn import DefinitionError, DeploymentError, SfnAws

FOLDER: Final = Path(__file__).parents[2].parent / "shared" / "aslcorpus" / "templates"
SHARDS: Final = 6


def outcome(path: Path) -> str | None:
    """Why what became of a template is not good enough; None if it is."""
    with SfnAws() as account:
        try:
            deployed = account.deploy(path)
        except DeploymentError as error:
            unplaced = [each for each in error.lacking if each.location is None]
            left = [each for each in account.client("sqs").list_queues().get("QueueUrls", ()) if each]
            return f"without a place: {unplaced[0]}" if unplaced else f"left behind: {left}" if left else None
        except DefinitionError as error:
            placed = error.diagnostics and all(each.location is not None for each in error.diagnostics)
            return None if placed or "this is not a template" in str(error) else f"without a place: {error}"
        missing = [each for each in deployed.made if not deployed.ref(each)]
        return f"without a name: {missing}" if missing else None


@pytest.mark.slow
@pytest.mark.skipif(not FOLDER.exists(), reason="the corpus does not lie beside the project")
@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_template_is_deployed_or_listed(shard: int) -> None:
    rows = json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))[shard::SHARDS]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        failed = {row["file"]: why for row in rows if (why := outcome(FOLDER / row["file"])) is not None}

    assert failed == {}
