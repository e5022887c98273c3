"""Fit, stop, save, come back."""
