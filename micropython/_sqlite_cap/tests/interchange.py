# A database file written by one Python and read by another: `interchange.py write FILE`, then `interchange.py read FILE`.
import sys

import sqlite3

COUNT = 5000
mode, path = sys.argv[1:]
con = sqlite3.connect(path)


def row(i):
    return (i * 2**40, i / 8, "text \u00e4\u20ac %d" % i, bytes([i % 256]) * (i % 50), None)


if mode == "write":
    con.execute("create table t (i integer, f real, s text, b blob, n)")
    con.executemany("insert into t values (?, ?, ?, ?, ?)", (row(i) for i in range(COUNT)))
    con.execute("create index by_text on t (s)")
    con.commit()
else:
    count = 0
    for i, found in enumerate(con.execute("select * from t order by i")):
        assert found == row(i), found
        count += 1
    assert con.execute("select i from t where s = ?", (row(7)[2],)).fetchone() == (row(7)[0],)
    print(count, con.execute("pragma integrity_check").fetchone()[0])
con.close()
