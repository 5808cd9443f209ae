import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pytest_sfn.definition import load
from pytest_sfn.diagrams.mermaid import to_mermaid
from tests.diagrams.machines import ORDER, chain

ODD_NAMES = [
    'say "hi"',
    "a|b",
    "end",
    "x-->y",
    "<b>&amp;</b>",
    "#35;",
    "{[(",
    "`md`",
    "日本 \U0001f600",
    "%%{init}%%",
    "a\tb\x1b\u2028c",
]
EXAMPLES = sorted(Path(__file__).parents[2].glob("examples/*/*.asl.json"))

PARSE = """
import { pathToFileURL } from "url";
const purify = (await import(pathToFileURL(process.env.PURIFY))).default;
purify.addHook = () => {}; purify.sanitize = (text) => text;  // it wants a browser, and what it does is not asked here
const mermaid = (await import(pathToFileURL(process.env.MERMAID))).default;
mermaid.initialize({ startOnLoad: false });
let text = ""; for await (const chunk of process.stdin) text += chunk;
for (const diagram of JSON.parse(text)) await mermaid.parse(diagram);
"""


def test_the_whole_text():
    assert (
        load(ORDER).to_mermaid()
        == """\
flowchart TD
    start_s0((" "))
    s0("Charge<br/>Task · lambda charge<br/>↻ 2x Busy, Tired")
    s1{"Paid#63;"}
    subgraph s2["Ship · Parallel · End"]
        direction TB
        subgraph s2_0["Branch 1"]
            direction TB
            start_s3((" "))
            s3["Print<br/>Pass<br/>End"]
            start_s3 --> s3
        end
        subgraph s2_1["Branch 2"]
            direction TB
            start_s4((" "))
            subgraph s4["Parcels · Map · End"]
                direction TB
                subgraph s4_0["Each item"]
                    direction TB
                    start_s5((" "))
                    s5{{"Weigh<br/>Wait · 3 s<br/>End"}}
                    start_s5 --> s5
                end
            end
            start_s4 --> s4
        end
    end
    s6(["Refused<br/>Succeed"])
    s7(["Broken<br/>Fail"])
    start_s0 --> s0
    s0 --> s1
    s0 -.->|"Declined"| s6
    s0 -.->|"States.ALL"| s7
    s1 -->|"$.paid = true"| s2
    s1 -->|"$.later is present"| s0
    s1 -->|"Default"| s6
    classDef body fill:none,stroke:#7b8794,stroke-dasharray:3 3,color:#7b8794
    class s2_0,s2_1,s4_0 body
    classDef group fill:none,stroke:#7b8794
    class s4,s2 group
    linkStyle 5,6 stroke:#e11d48
"""
    )


def test_colours_follow_the_status():
    def status(pointer):
        return "missed" if "/Catch/1" in pointer or pointer == "/States/Broken" else "covered"

    lines = to_mermaid(load(ORDER), status).splitlines()
    assert '    s0 -.->|"✗ States.ALL"| s7' in lines
    assert lines[-8:] == [
        "    classDef covered_group fill:none,stroke:#13795b,stroke-width:3px",
        "    class s4,s2 covered_group",
        "    classDef covered fill:#d3f0e0,stroke:#13795b,stroke-width:2px,color:#0b3d2e",
        "    class s0,s1,s3,s5,s6 covered",
        "    classDef missed fill:#ffe7c7,stroke:#b45309,stroke-width:2px,color:#5a2a04",
        "    class s7 missed",
        "    linkStyle 4,5,7,8,9 stroke:#13795b,stroke-width:3px",
        "    linkStyle 6 stroke:#e11d48,stroke-width:2px",
    ]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_no_character_of_a_name_means_anything_to_mermaid(name):
    line = next(line for line in load(chain([name, "Z"])).to_mermaid().splitlines() if line.startswith("    s0["))
    inside = line.removeprefix('    s0["').removesuffix('<br/>Pass"]')
    assert not set(inside) & set('"|<>&`{}[]()\\\x1b\t\u2028')
    assert inside.count("#") == inside.count(";")


def test_mermaid_itself_can_read_it(tmp_path):
    node, module = shutil.which("node"), _mermaid()
    if node is None or module is None:
        pytest.skip("needs node and mermaid: npm install mermaid, and NODE_PATH=.../node_modules")
    machines = [load(path) for path in EXAMPLES] + [load(ORDER), load(chain(ODD_NAMES))]
    texts = [to_mermaid(machine, lambda pointer: "missed" if "Catch" in pointer else "covered") for machine in machines]
    script = tmp_path / "parse.mjs"
    script.write_text(PARSE)
    purify = module.parent / "dompurify" / "dist" / "purify.es.mjs"
    environment = {**os.environ, "PURIFY": str(purify), "MERMAID": str(module / "dist" / "mermaid.core.mjs")}
    done = subprocess.run([node, script], input=json.dumps(texts), env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _mermaid():
    """The folder of the npm package, found on NODE_PATH."""
    folders = [Path(folder) / "mermaid" for folder in os.environ.get("NODE_PATH", "").split(os.pathsep) if folder]
    return next((folder for folder in folders if (folder / "dist" / "mermaid.core.mjs").exists()), None)
