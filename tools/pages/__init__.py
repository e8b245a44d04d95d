"""The published pages: what `make site` lays out for Sphinx, from the saved notebooks."""
