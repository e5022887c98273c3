"""What to label next: pictures that a network is unsure about, and no two that look alike."""
