"""One page to look at a run: scores, curves, and a viewer of its pictures."""
