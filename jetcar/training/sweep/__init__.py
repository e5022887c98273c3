"""Several runs that differ in some settings."""
