"""A plan as a graph: DOT, Mermaid and SVG, and where its nodes stand."""
