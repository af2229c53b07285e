"""Drawing: figures, SVG that fits our policy, and kept pictures."""
