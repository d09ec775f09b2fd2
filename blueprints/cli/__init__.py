"""What is done from a terminal: ``flask --app wsgi …``."""
