"""Measures of the pipeline itself, apart from the product: Rasa's training and reading in process."""
