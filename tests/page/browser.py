"""Pages in a real Chromium, from its command line; tests skip where there is none."""

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest

PROBE = """
<script>
  addEventListener("error", (event) => document.documentElement.dataset.error = event.message);
  addEventListener("unhandledrejection", (event) => document.documentElement.dataset.error = String(event.reason));
</script>
"""
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --virtual-time-budget=5000 --dump-dom"
)


def ask(page: Path, script: str, *, fragment: str = "", width: int = 1280, height: int = 900) -> Any:
    """What a script, run in a page when it is loaded, puts into its object `say`; an error of any script fails the test."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("needs Chromium")
    asking = f"""<script>addEventListener("load", async () => {{
  const say = {{}};
  {script}
  document.documentElement.dataset.say = JSON.stringify(say);
}});</script>"""
    text = page.read_text("utf-8")
    asked = page.with_name(f"asked-{page.name}")
    asked.write_text(text.replace("<head>", f"<head>{PROBE}").replace("</body>", f"{asking}</body>"), "utf-8")
    profile = f"--user-data-dir={page.with_name('profile')}"
    command = [browser, *FLAGS.split(), f"--window-size={width},{height}", profile, asked.as_uri() + fragment]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    error = re.search(r'data-error="([^"]*)"', done.stdout)
    assert error is None, unescape(error[1])
    said = re.search(r'data-say="([^"]*)"', done.stdout)
    assert said, done.stderr
    return json.loads(unescape(said[1]))
