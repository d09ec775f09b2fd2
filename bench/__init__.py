"""What is measured, each beside its baseline, in one run: ``python -m bench``. What is wanted: the design's table of speed."""
