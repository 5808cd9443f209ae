"""Pictures of a state machine: Mermaid text, and SVG of our own.

graph.py says what there is to draw and mermaid.py writes it as text. For SVG boxes.py says how large every part is, layout.py
and columns.py where it stands, and svg.py draws it. paths.py reads from an execution which parts it took. Nothing here
knows how coverage is counted: colours come from a function of a JSON Pointer.
"""
