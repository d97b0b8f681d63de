"""Measures: of the pipeline in process, and of the whole product under load (`python -m bench`)."""
