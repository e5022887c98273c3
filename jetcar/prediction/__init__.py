"""From a checkpoint and a folder to masks."""
