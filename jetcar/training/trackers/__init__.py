"""A run's copy at an experiment tracker, such as Weights & Biases or MLflow."""
