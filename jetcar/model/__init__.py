"""From a batch to a score."""
