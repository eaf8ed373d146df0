"""Arrays in, Plotly figures out: plain dictionaries with data colours only."""
