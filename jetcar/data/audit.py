"""Opens every pair once and says what is wrong; changes nothing."""
