# What MicroPython's sqlite3 has in common with CPython's: both print the same, line by line.
#
# An argument is a folder to make a database file in.
import sys

import sqlite3

folder = sys.argv[1] if len(sys.argv) > 1 else "/tmp"


def show(*values):
    print(*(repr(value) for value in values))


# Which characters repr() escapes differs, and so does the order of dictionaries.
def ascii_only(text):
    return "".join(c if " " <= c <= "~" else "<%x>" % ord(c) for c in text)


def fails(function, *args, **kwargs):
    try:
        result = function(*args, **kwargs)
    except Exception as error:
        code = getattr(error, "sqlite_errorcode", None)
        name = getattr(error, "sqlite_errorname", None)
        print(type(error).__name__, "|", ascii_only(str(error)), "|", code, name)
    else:
        print("no error:", result)


def fails_of(kind, function, *args):
    try:
        function(*args)
    except kind:
        print("fails with", kind.__name__)
    else:
        print("no error")


print("# the module")
show(sqlite3.apilevel, sqlite3.paramstyle, sqlite3.threadsafety)
show(sqlite3.sqlite_version_info >= (3, 40, 0), len(sqlite3.sqlite_version_info))
show(".".join(str(part) for part in sqlite3.sqlite_version_info) == sqlite3.sqlite_version)
show(sqlite3.complete_statement("select 1;"), sqlite3.complete_statement("select 1"))
show(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_OK)
fails_of(AttributeError, lambda: sqlite3.SQLITE_NONE_SUCH)
E = sqlite3
for kinds in (
    (E.Warning, Exception),
    (E.Error, Exception),
    (E.InterfaceError, E.Error),
    (E.DatabaseError, E.Error),
    (E.DataError, E.DatabaseError),
    (E.OperationalError, E.DatabaseError),
    (E.IntegrityError, E.DatabaseError),
    (E.InternalError, E.DatabaseError),
    (E.ProgrammingError, E.DatabaseError),
    (E.NotSupportedError, E.DatabaseError),
):
    print(kinds[0].__name__, issubclass(*kinds))
try:
    raise sqlite3.DataError("mine", 2)
except sqlite3.Error as error:
    show(error.args, hasattr(error, "sqlite_errorcode"))


class Derived(sqlite3.OperationalError):
    pass


try:
    raise Derived("derived")
except sqlite3.DatabaseError as error:
    print(type(error).__name__, error, error.args)

print("# values")
con = sqlite3.connect(":memory:")
show(con.isolation_level, con.row_factory, con.total_changes, con.in_transaction)
values = [
    None, 0, 1, -1, 2**30 - 1, 2**30, -(2**30), -(2**30) - 1, 2**31, 2**32, 2**53, -(2**53), 2**63 - 1, -(2**63),
    0.0, 0.5, -1.25, 1e300, float("inf"), "", "a", "text", "\u00e4\u20ac\U0001f600", "a\0b", "x" * 1000,
    b"", b"\0", b"blob\xff", bytes(range(256)), bytearray(b"array"), memoryview(b"view"), True, False,
]
for value in values:
    row = con.execute("select ?, typeof(?1)", (value,)).fetchone()
    if isinstance(value, memoryview):
        value = bytes(value)
    show(row[1], row[0] == value, type(row[0]).__name__, ascii_only(str(row[0])[:30]))
for value in (2**63, -(2**63) - 1, 2**200, object, {}, (1,), 1j):
    fails(con.execute, "select ?", (value,))


class Int(int):
    pass


class Str(str):
    pass


show(con.execute("select ?, ?", (Int(5), Str("sub"))).fetchone())
show(con.execute("select 1.0, 2e10, -0.5, 'it''s', x'00ff', null, 9223372036854775807").fetchone())
bad = con.execute("select cast(x'61ff62' as text) as bad")
fails(bad.fetchone)
bad.close()

print("# parameters")
fails(con.execute, "select ?", ())
fails(con.execute, "select ?, ?", (1,))
fails(con.execute, "select 1", (1,))
fails(con.execute, "select ?", 5)
fails(con.execute, "select ?", None)
fails(con.execute, "select ?", {1, 2})
fails(con.execute, "select :a", ("x",))
fails(con.execute, "select :a, :b", {"a": 1})
fails(con.execute, "select ?", {"a": 1})
show(con.execute("select ?2, ?1, ?2", ("one", "two")).fetchone())
show(con.execute("select ?, ?", [1, 2]).fetchone())
show(con.execute("select ?, ?, ?", "abc").fetchone())
show(con.execute("select ?, ?", range(2)).fetchone())
show(con.execute("select :a, @b, $c, :a", {"a": 1, "b": "two", "c": None, "unused": 3}).fetchone())


class Sequence:
    def __len__(self):
        return 2

    def __getitem__(self, index):
        return "item %d" % index


class Mapping(dict):
    pass


show(con.execute("select ?, ?", Sequence()).fetchone())
mapping = Mapping()
mapping["a"] = 7
show(con.execute("select :a", mapping).fetchone())


class Broken:
    def __len__(self):
        return 1

    def __getitem__(self, index):
        raise KeyError("broken")


try:
    con.execute("select ?", Broken())
except KeyError as error:
    print("KeyError", error.args)

print("# statements")
fails(con.execute, "selec 1")
fails(con.execute, "select * from nothing")
fails(con.execute, "select 1; select 2")
fails(con.execute, "select 1\0")
show(con.execute("select 1; -- that is all").fetchall())
show(con.execute("select 2 /* and */; /* nothing */ \n ").fetchall())
show(con.execute("-- first\n select 3").fetchall())
show(con.execute("").fetchall(), con.execute("-- nothing").description, con.execute("  ").rowcount)
fails_of(TypeError, con.execute)
fails_of(TypeError, con.execute, 5)
fails(con.executemany, "select ?", [(1,)])
fails_of(TypeError, con.executemany, "insert into t values (?)", 5)

print("# tables")
cur = con.cursor()
show(cur.lastrowid, cur.rowcount, cur.description, cur.arraysize, cur.connection is con)
show(cur.execute("create table t (id integer primary key, name text unique, size real check (size >= 0))") is cur)
show(cur.lastrowid, cur.rowcount, cur.description, con.in_transaction)
cur.execute("insert into t (name, size) values (?, ?)", ("one", 1.5))
show(cur.lastrowid, cur.rowcount, cur.description, con.in_transaction, con.total_changes)
cur.executemany("insert into t (name, size) values (?, ?)", [("two", 2), ("three", 3), ["four", None]])
show(cur.lastrowid, cur.rowcount, con.total_changes)
cur.executemany("insert into t (name, size) values (:name, :size)", ({"name": "n%d" % i, "size": i} for i in range(3)))
show(cur.rowcount)
cur.executemany("insert into t (name) values (?)", [])
show(cur.rowcount)
cur.execute("update t set size = size + 1 where size > 1.9")
show(cur.rowcount)
cur.execute("delete from t where name like 'n%'")
show(cur.rowcount, con.total_changes)
cur.execute("replace into t (id, name) values (3, 'replaced')")
show(cur.rowcount, cur.lastrowid)
show(cur.execute("select * from t order by id").fetchall())
show(cur.rowcount, cur.description)
show(cur.execute("insert into t (name) values ('r') returning id, name").fetchall(), cur.rowcount)
show(cur.execute("select count(*), max(size) as largest from t").description)
con.commit()
show(con.in_transaction)
fails(cur.execute, "insert into t (name) values ('one')")
show(cur.rowcount, cur.description, con.in_transaction)
fails(cur.execute, "insert into t (name, size) values ('minus', -1)")
fails(cur.execute, "insert into t (id) values ('not a number')")
fails(cur.executemany, "insert into t (name) values (?)", [("five",), ("one",), ("six",)])
show(con.execute("select name from t where name in ('five', 'six')").fetchall())
con.rollback()
show(con.execute("select name from t where name in ('five', 'six')").fetchall())


def rows_then_error():
    yield ("generated",)
    raise ValueError("from the generator")


fails(cur.executemany, "insert into t (name) values (?)", rows_then_error())
show(con.in_transaction)
con.rollback()

print("# reading")
con.execute("create table n (i)")
con.executemany("insert into n values (?)", ((i,) for i in range(10)))
con.commit()
cur.execute("select i from n order by i")
show(cur.fetchone(), cur.fetchmany(), cur.fetchmany(2), cur.fetchmany(size=3), cur.fetchmany(0))
cur.arraysize = 2
show(cur.arraysize, cur.fetchmany(), cur.fetchall(), cur.fetchone(), cur.fetchmany(), cur.fetchall())
show([row for row in con.execute("select i from n where i > 6")], list(con.execute("select 1 where 0")))
show(next(con.execute("select 5")), con.execute("select 1 where 0").description)
show(cur.fetchone(), con.cursor().fetchone(), con.cursor().fetchall())
fails_of(ValueError, cur.fetchmany, -1)
one, other = con.execute("select i from n"), con.execute("select i from n")
show(one.fetchone(), other.fetchone(), one.fetchone(), other.fetchmany(3), one.fetchone())
one.execute("select 'again'")
show(one.fetchall(), other.fetchone())
show(one.close(), other.close())
show(sum(row[0] for row in con.execute("with recursive c(x) as (select 1 union all select x + 1 from c where x < 5000) select x from c")))
cur.execute("select i from n")
show(cur.fetchall()[-1])
con.execute("alter table n add column j default 'new'")
show(con.execute("select * from n where i = 3").fetchall())

print("# row")
row = con.execute("select 1 as a, 'two' as B").fetchone()
show(row)
con.row_factory = sqlite3.Row
cur = con.execute("select 1 as a, 'two' as B, 3.5 as \"c d\", null as \u00e4")
row = cur.fetchone()
show(row[0], row[1], row[-1], row["a"], row["A"], row["b"], row["B"], row["C D"], row["\u00e4"])
show([ascii_only(key) for key in row.keys()], len(row), tuple(row), list(row), row[1:3], row[:], bool(row))
show("two" in row, "nothing" in row, [value for value in row])
fails(lambda: row[4])
fails(lambda: row[-5])
fails(lambda: row["nothing"])
fails(lambda: row[1.5])
same = con.execute("select 1 as a, 'two' as B, 3.5 as \"c d\", null as \u00e4").fetchone()
renamed = con.execute("select 1 as x, 'two' as B, 3.5 as \"c d\", null as \u00e4").fetchone()
show(row == same, row != same, row == renamed, row == tuple(row), hash(row) == hash(same))
show(con.execute("select ?, ?, ?, ?", row).fetchone()["?"])
show(sorted((ascii_only(key), str(row[key])) for key in row.keys()))
made = sqlite3.Row(cur, (1, 2, 3, 4))
show(made["a"], made[3], type(made).__name__)
fails_of(TypeError, sqlite3.Row, cur, [1])
fails_of(TypeError, sqlite3.Row, 5, ())
show([row["i"] for row in con.execute("select i from n limit 3")], con.cursor().row_factory is sqlite3.Row)


def as_dict(cursor, row):
    return {column[0]: value for column, value in zip(cursor.description, row)}


con.row_factory = as_dict
show(con.execute("select 1 as a").fetchone(), con.execute("select 2 as b").fetchall())
con.row_factory = None
cur.row_factory = lambda cursor, row: row[0]
show(cur.execute("select i from n limit 3").fetchall())
cur.row_factory = lambda cursor, row: 1 // row[0]
cur.execute("select i from n limit 3")
fails_of(ZeroDivisionError, cur.fetchone)
show(cur.fetchone(), cur.fetchone(), cur.fetchone())

print("# functions")
con.create_function("double", 1, lambda value: value * 2)
con.create_function("count_args", -1, lambda *args: len(args))
con.create_function("give", 1, lambda which: (None, 2**40, 1.5, "text", b"blob", True)[which])
con.create_function("plus", 2, lambda a, b: a + b, deterministic=True)
show(con.execute("select double(4), double('ab'), double(1.25), double(x'00')").fetchone())
show(con.execute("select count_args(), count_args(1), count_args(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)").fetchone())
show([con.execute("select give(?)", (i,)).fetchone()[0] for i in range(6)])
show(con.execute("select sum(double(i)), max(plus(i, 100)) from n").fetchone())
con.create_function("double", 1, lambda value: value * 20)
show(con.execute("select double(4)").fetchone())
fails(con.execute, "select double(1, 2)")
fails_of(sqlite3.ProgrammingError, con.create_function, "f", -2, len)
fails_of(sqlite3.ProgrammingError, con.create_function, "f", 100000, len)
con.create_function("nested", 1, lambda x: con.execute("select i from n where i = ?", (x,)).fetchone()[0])
show(con.execute("select nested(3), nested(4)").fetchone(), con.execute("select nested(i) from n").fetchall()[-1])
fails_of(Exception, con.execute, "select nested(77)")
show(con.execute("select nested(5)").fetchone())
for bad in (lambda: 1 // 0, lambda: [], lambda: 2**70):
    con.create_function("bad", 0, bad)
    fails_of(Exception, con.execute, "select bad()")
show(con.execute("select 'still there'").fetchone())
con.execute("create table log (x)")
con.create_function("log", 1, lambda x: con.execute("insert into log values (?)", (x,)).rowcount)
show(con.execute("select log(i) from n where i < 3").fetchall(), con.execute("select * from log").fetchall())

print("# derived classes")


class Named(sqlite3.Row):
    def first(self):
        return self[0]


class Database(sqlite3.Connection):
    def number(self):
        return self.execute("select 42").fetchone()[0]


derived = Database(":memory:")
show(derived.number(), derived.in_transaction, isinstance(derived, sqlite3.Connection))
cur = sqlite3.Cursor(derived)
cur.row_factory = Named
row = cur.execute("select 1 as a, 2 as b").fetchone()
show(row.first(), row["B"], row.keys(), len(row), list(row), isinstance(row, sqlite3.Row))
with derived:
    derived.execute(Str("create table t (x)"))
show(derived.close())
fails_of(TypeError, con.execute, b"select 1")
fails_of(TypeError, con.executescript, b"select 1")

print("# transactions")
con = sqlite3.connect(":memory:")
con.execute("create table t (x unique)")
show(con.in_transaction)
with con:
    con.execute("insert into t values (1)")
    show(con.in_transaction)
show(con.in_transaction, con.execute("select * from t").fetchall())
try:
    with con as entered:
        show(entered is con)
        con.execute("insert into t values (2)")
        raise KeyError("inside")
except KeyError as error:
    show(error.args)
show(con.in_transaction, con.execute("select * from t").fetchall())
con.execute("insert into t values (3)")
con.execute("create table ddl (x)")
show(con.in_transaction)
con.rollback()
show(con.execute("select name from sqlite_master where type = 'table'").fetchall())
con.isolation_level = None
show(con.isolation_level)
con.execute("insert into t values (4)")
show(con.in_transaction)
con.execute("begin")
con.execute("insert into t values (5)")
show(con.in_transaction)
con.rollback()
show(con.execute("select * from t").fetchall())
con.isolation_level = "immediate"
show(con.isolation_level)
con.execute("insert into t values (6)")
con.isolation_level = None
show(con.in_transaction)
for level in ("", "DEFERRED", "Exclusive"):
    con.isolation_level = level
    con.execute("insert into t values (?)", (level,))
    show(con.isolation_level, con.in_transaction)
    con.commit()
fails(sqlite3.connect, ":memory:", isolation_level="wrong")
fails(sqlite3.connect, ":memory:", isolation_level=5)
con.commit()
con.rollback()
deferred = sqlite3.connect(":memory:")
deferred.executescript("pragma foreign_keys = on; create table p (id integer primary key);"
                       "create table c (p references p deferrable initially deferred)")


def commit_that_fails():
    with deferred:
        deferred.execute("insert into c values (1)")


fails(commit_that_fails)
show(deferred.in_transaction, deferred.execute("select * from c").fetchall())
with sqlite3.connect(":memory:", isolation_level=None) as auto:
    auto.execute("create table t (x)")
    auto.execute("insert into t values (1)")
    show(auto.in_transaction)

print("# scripts")
con.execute("insert into t values ('open')")
cur = con.cursor()
show(cur.executescript("create table s (x); insert into s values (1); -- comment\n insert into s values (2);") is cur)
show(con.in_transaction, con.execute("select * from s").fetchall())
fails(con.executescript, "insert into s values (3); insert into nothing values (4); insert into s values (5)")
show(con.execute("select * from s").fetchall())
fails(con.executescript, "select 1\0")
con.executescript("")
con.executescript("select 1")
show(type(con.executescript("select 1;")).__name__)

print("# closing")
cur = con.execute("select 1 union select 2")
show(cur.fetchone(), cur.close(), cur.close())
fails(cur.fetchone)
fails(cur.execute, "select 1")
fails(list, cur)
cur = con.execute("select 1 union select 2")
show(con.close(), con.close())
fails(cur.fetchone)
fails(cur.execute, "select 1")
fails(cur.close)
fails(con.execute, "select 1")
fails(con.cursor)
fails(con.commit)
fails(con.rollback)
fails(con.executescript, "")
fails(con.create_function, "f", 0, len)
fails(lambda: con.in_transaction)
fails(lambda: con.total_changes)
fails(sqlite3.Cursor(con).execute, "select 1")

print("# recursion")
con = sqlite3.connect(":memory:")
con.execute("create table t (x)")
cur = con.cursor()


def recursive():
    yield (1,)
    cur.execute("select 1")


fails(cur.executemany, "insert into t values (?)", recursive())
fails(cur.executemany, "insert into t values (?)", (cur.close() for i in range(2)))
con.create_function("use", 0, lambda: cur.execute("select 1") and 0)
fails_of(Exception, cur.execute, "select use()")
show(con.execute("select count(*) from t").fetchone())
cur.executemany("insert into t values (?)", ((con.execute("select ?", (i,)).fetchone()[0],) for i in range(3)))
show(cur.rowcount)

print("# files")
path = folder + "/same.db"
one, other = sqlite3.connect(path), sqlite3.connect(path, timeout=0)
one.executescript("drop table if exists f; create table f (x)")
one.execute("insert into f values (1)")
fails(other.execute, "insert into f values (2)")
show(other.in_transaction)
other.rollback()
show(other.execute("select * from f").fetchall())
one.commit()
show(other.execute("select * from f").fetchall())
one.execute("drop table f")
one.close()
other.close()
fails(sqlite3.connect, folder + "/no/such/folder/x.db")
fails(sqlite3.connect, "a\0b")
fails_of(TypeError, sqlite3.connect)
read_only = sqlite3.connect("file:" + path + "?mode=ro", uri=True)
fails(read_only.execute, "create table g (x)")
read_only.close()

print("# many")
con = sqlite3.connect(":memory:")
con.execute("create table t (i integer, f real, s text, b blob)")
con.executemany("insert into t values (?, ?, ?, ?)", ((i, i / 4, "s%d" % i, b"b%d" % i) for i in range(3000)))
show(con.execute("select count(*), sum(i), sum(f), sum(length(s)), sum(length(b)) from t").fetchone())
total = 0
for i, f, s, b in con.execute("select * from t"):
    assert f == i / 4 and s == "s%d" % i and b == b"b%d" % i
    total += i
show(total)
cursors = [con.execute("select i from t where i >= ?", (i,)) for i in range(200)]
show(sum(cursor.fetchone()[0] for cursor in cursors), sum(cursor.fetchone()[0] for cursor in cursors))
for i in range(300):
    con.execute("select %d" % i).fetchone()
big = "x" * 1000000
show(len(con.execute("select ?", (big,)).fetchone()[0]), len(con.execute("select zeroblob(3000000)").fetchone()[0]))
