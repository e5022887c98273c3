"""Teaches a small car to see its street: pictures and masks in, a network for the car out."""

__version__ = "0.2.0"
