"""Pictures of a state machine: Mermaid text, and SVG of our own.

graph.py lists what there is to draw, and mermaid.py writes it as text. For SVG, boxes.py computes the size of every part,
layout.py and columns.py its place, and svg.py draws it. paths.py reads from an execution which parts it took. Nothing here
knows how coverage is counted: colours are a function of a JSON Pointer.
"""
