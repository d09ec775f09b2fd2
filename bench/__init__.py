"""What is measured, each beside its baseline, in one run: ``python -m bench``."""
