"""What happens between the steps and the epochs of a training."""
