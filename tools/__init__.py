"""What an author of the course runs, each from the repository's root: ``python -m tools.NAME``."""
