"""Pictures of a state machine: Mermaid text, and SVG of our own.

graph.py says what there is to draw, mermaid.py writes it as text, layout.py gives every part its place and svg.py draws.
`paths.py` reads from an execution which parts it took. Nothing here knows how coverage is counted: colours come from a
function of a JSON Pointer.
"""
