"""The published pages: what `make site` lays out for Sphinx, from the notebooks as they are saved."""
