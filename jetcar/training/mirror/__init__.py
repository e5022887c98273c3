"""The second folder, which receives every result of a run."""
