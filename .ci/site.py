"""What mkdocs.yml has to add to docs/: the README is the first page.

Its links lead to the pages of this very build, so that `mkdocs build --strict` finds a page or a section that is not
there. What is in the repository alone, such as examples/, has no page: its links become text.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

ROOT = Path(__file__).parents[1]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Called by mkdocs when it has found the pages."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    content = re.sub(r"\[([^\]]+)\]\((?:examples[\w/]*|CONTRIBUTING\.md)\)", r"\1", readme.replace("](docs/", "]("))
    files.append(File.generated(config, "index.md", content=content))
    return files
