"""What the app shows, against another way to the same number.

`python -m checks` (or `make verify`) computes all of it anew and prints a table;
`python -m checks --write` also writes the table that the page "How we know" shows.
"""
