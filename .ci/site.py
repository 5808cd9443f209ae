"""What mkdocs.yml has to add to docs/: the README is the first page.

Its links are absolute, for PyPI shows the README too; here they lead to the pages of this very build, so that
`mkdocs build --strict` finds a page or a section that is not there.
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
    content = re.sub(rf"\]\({re.escape(config.site_url or '')}([\w-]+)\.html", r"](\1.md", readme)
    files.append(File.generated(config, "index.md", content=content))
    return files
