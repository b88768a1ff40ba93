"""The experiments, a module each; their numbers are those of `run.py`."""
