"""The tests. Names of files say what is tested; helpers.py has what several of them need."""
