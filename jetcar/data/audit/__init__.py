"""Opens every pair once and says all that is wrong; changes nothing."""
