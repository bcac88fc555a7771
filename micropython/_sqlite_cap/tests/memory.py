# Calls of each kind, as often as said: what they took is given back.

import gc
import sqlite3
import sys

TIMES = int(sys.argv[1])

con = sqlite3.connect(":memory:")
con.execute("create table t (a, b)")
con.executemany("insert into t values (?, ?)", ((i, "s%d" % i) for i in range(20)))
con.commit()


def fail(function, *args):
    try:
        function(*args)
    except Exception:
        pass


def boom():
    raise ValueError


def update():
    con.execute("update t set b = 1 where a = 1")
    con.commit()


def update_with():
    with con:
        con.execute("update t set b = 1 where a = 1")


con.create_function("boom", 0, boom)
con.create_function("same", 1, lambda value: value)

KINDS = [
    ("connect", lambda i: sqlite3.connect(":memory:")),
    ("connect and close", lambda i: sqlite3.connect(":memory:").close()),
    ("cursor", lambda i: con.cursor()),
    ("execute, left open", lambda i: con.execute("select * from t")),
    ("fetchone, left open", lambda i: con.execute("select * from t").fetchone()),
    ("new text", lambda i: con.execute("select %d" % i).fetchone()),
    ("fetchall", lambda i: con.execute("select * from t").fetchall()),
    ("named", lambda i: con.execute("select :x%d" % i, {"x%d" % i: i}).fetchall()),
    ("syntax error", lambda i: fail(con.execute, "selec")),
    ("binding error", lambda i: fail(con.execute, "select ?", (con,))),
    ("function error", lambda i: fail(con.execute, "select boom()")),
    ("function", lambda i: con.execute("select same(?)", (i,)).fetchone()),
    ("create_function", lambda i: con.create_function("again", 1, lambda value: i)),
    ("executemany", lambda i: con.executemany("update t set b = ? where a = 1", (("x",), ("y",)))),
    ("commit", lambda i: update()),
    ("with", lambda i: update_with()),
    ("script", lambda i: con.executescript("select 1; select 2")),
    ("large blob", lambda i: con.execute("select length(?)", (bytes(20000),)).fetchone()),
    ("no file", lambda i: fail(sqlite3.connect, "/no/such/folder/x")),
]


def used(function, times):
    for i in range(times):
        function(i)
    gc.collect()
    return gc.mem_alloc()


for name, function in KINDS:
    before = used(function, 300)
    print(name, used(function, TIMES) - before < 5000)
