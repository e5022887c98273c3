"""Pages that show what happens now: a network that looks at a camera, or a run while it trains."""
