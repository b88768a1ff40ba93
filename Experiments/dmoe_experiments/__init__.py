"""The experiments of the paper, run through the built program."""
