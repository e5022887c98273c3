"""From files on disk to a batch."""
