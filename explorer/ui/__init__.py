"""The only room that knows Streamlit."""

import os

# Every run of a page is a thread of its own, and OpenMP would give each some helpers:
# to start them takes longer than a picture's small products. Read when torch is loaded.
os.environ.setdefault("OMP_NUM_THREADS", "1")
