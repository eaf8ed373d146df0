"""Every number that the app shows, against a reference that shares no code with it.

`python -m checks` (or `make verify`) computes all of it anew and prints a table;
`python -m checks --write` also writes the table that the page "How we know" shows.
"""
