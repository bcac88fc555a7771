"""Counts up in a database that others count up in too.

    python counter.py DATABASE TIMES
"""

import sqlite3
import sys

path, times = sys.argv[1], int(sys.argv[2])
connection = sqlite3.connect(path, timeout=120, isolation_level=None)
for _ in range(times):
    connection.execute("BEGIN IMMEDIATE")
    (count,) = connection.execute("SELECT count FROM counter").fetchone()
    connection.execute("UPDATE counter SET count = ?", (count + 1,))
    connection.execute("COMMIT")
print("done")
