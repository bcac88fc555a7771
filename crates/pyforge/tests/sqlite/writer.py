"""Writes transactions for ever, and says so after each. First it says which ones it found.

    python writer.py DATABASE MODE
"""

import sqlite3
import sys

ROWS = 4

path, mode = sys.argv[1:]
connection = sqlite3.connect(path, timeout=60, isolation_level=None)
connection.execute(f"PRAGMA journal_mode = {mode}")
# So small a cache that changes reach the file before they are committed.
connection.execute("PRAGMA cache_size = 5")
connection.execute("PRAGMA wal_autocheckpoint = 20")
connection.execute("CREATE TABLE IF NOT EXISTS t (number INTEGER, filling BLOB)")
connection.execute("CREATE INDEX IF NOT EXISTS i ON t (filling)")
(integrity,) = connection.execute("PRAGMA integrity_check").fetchone()
found = connection.execute("SELECT number, count(*) FROM t GROUP BY number ORDER BY number").fetchall()
assert integrity == "ok", integrity
assert found == [(number, ROWS) for number in range(1, len(found) + 1)], found
print(len(found), flush=True)

number = len(found)
while True:
    number += 1
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO t VALUES (?, randomblob(2000))", [(number,)] * ROWS)
    connection.execute("UPDATE t SET filling = randomblob(1500) WHERE number % 10 = ?", (number % 10,))
    connection.execute("COMMIT")
    print(number, flush=True)
