"""Drawings of state machines: model (what there is), layout (where it lies), and SVG, PNG, Mermaid and text of it."""
