"""Runs in a database: a run is a row named by the hash of its frozen configuration.

SQLite by default, PostgreSQL where DATABASE_URL names one. Several processes may share
a database; their clocks should agree to within a few seconds.
"""

from explorer.store._engine import Reason, StoreError
from explorer.store._rows import Claim, Records, Run
from explorer.store._store import Store, open_store

__all__ = ["Claim", "Reason", "Records", "Run", "Store", "StoreError", "open_store"]
