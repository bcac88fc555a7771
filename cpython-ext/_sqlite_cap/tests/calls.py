"""Calls of everything in sqlite3, each to be made again and again."""

import sqlite3

DATA = b"some words, some more words, and the words again. " * 20
VALUES = (1, 2.5, "some words", DATA, None)
ROWS = [(row, f"word {row}", DATA) for row in range(20)]
# Longer than what is sent of a text at first, in some statements and in one.
SCRIPT = f"select 1; -- {'and so on ' * 500}\nselect 2; select 3;"
LONG = f"select '{'word ' * 4000}'"


def connect(**settings):
    return sqlite3.connect(":memory:", isolation_level=None, **settings)


def filled():
    it = connect()
    it.execute("create table words(number integer primary key, word text unique, data blob)")
    it.executemany("insert into words values (?, ?, ?)", ROWS)
    return it


class Total:
    def __init__(self):
        self.total = 0

    def step(self, number):
        self.total += number

    def inverse(self, number):
        self.total -= number

    def value(self):
        return self.total

    def finalize(self):
        return self.total


def fail(*_):
    raise ValueError("no")


def compare(left, right):
    return (left > right) - (left < right)


DATABASE = filled()
# Each statement is compiled when it is executed, and unmade after that.
FRESH = connect(cached_statements=0)
COPY = connect()
CONVERTING = connect(detect_types=sqlite3.PARSE_COLNAMES)
HOOKED = connect(cached_statements=0)
SERIALIZED = DATABASE.serialize()

sqlite3.register_converter("bytes", bytes)
DATABASE.create_function("double", 1, lambda value: value + value)
DATABASE.create_function("fail", 0, fail)
DATABASE.create_function("nested", 1, lambda number: DATABASE.execute(
    "select word from words where number = ?", (number,)).fetchone()[0])
DATABASE.create_window_function("sum_up", 1, Total)
DATABASE.create_aggregate("fail_late", 1, type("Failing", (Total,), {"finalize": fail}))
DATABASE.create_collation("ordered", compare)


def opened():
    it = connect()
    it.execute("create table words(word)")
    it.execute("insert into words values ('word')")
    it.close()


def closed_early():
    it = connect()
    it.create_function("double", 1, lambda value: value + value)
    cursor = it.execute("select 1 union select 2")
    cursor.fetchone()
    it.close()


def left_early(sql):
    return lambda: DATABASE.execute(sql).fetchone()


def all_of(sql, *parameters):
    return lambda: DATABASE.execute(sql, parameters).fetchall()


def rolled_back():
    DATABASE.execute("begin")
    DATABASE.executemany("update words set word = ? where number = ?", [("other", 1), ("another", 2)])
    DATABASE.rollback()


def compiled_anew():
    DATABASE.execute("create table passing(word)")
    DATABASE.execute("select * from words where number = 1").fetchall()
    DATABASE.execute("drop table passing")


def functions():
    FRESH.create_function("double", 1, lambda value: value + value)
    FRESH.create_function("double", 1, lambda value: value * 2)
    FRESH.create_function("double", 1, None)
    FRESH.create_aggregate("total", 1, Total)
    FRESH.create_window_function("sum_up", 1, Total)
    FRESH.create_window_function("sum_up", 1, None)


def collations():
    FRESH.create_collation("ordered", compare)
    FRESH.execute("select 'a' < 'b' collate ordered").fetchall()
    FRESH.create_collation("ordered", None)


def authorized():
    HOOKED.set_authorizer(lambda *_: sqlite3.SQLITE_OK)
    HOOKED.execute("select 1, 'word'").fetchall()
    HOOKED.set_authorizer(lambda *_: sqlite3.SQLITE_DENY)
    refused(sqlite3.DatabaseError, HOOKED.execute, "select 1")
    HOOKED.set_authorizer(None)


def watched():
    seen = []
    HOOKED.set_progress_handler(lambda: seen.append(0), 1)
    HOOKED.set_trace_callback(seen.append)
    HOOKED.execute("select ?", ("word",)).fetchall()
    HOOKED.set_progress_handler(None, 0)
    HOOKED.set_trace_callback(None)
    assert "select 'word'" in seen


def with_value():
    # One for each call: CPython remembers every blob of a connection until that is closed.
    it = connect()
    it.execute("create table words(data)")
    it.execute("insert into words values (?)", (DATA,))
    return it


def blob():
    connection = with_value()
    with connection.blobopen("words", "data", 1) as it:
        it.write(DATA[:13])
        it.seek(0)
        it.read()
        it[5] = it[6]
    connection.close()


def blob_expired():
    connection = with_value()
    it = connection.blobopen("words", "data", 1)
    connection.execute("update words set data = data")
    refused(sqlite3.OperationalError, it.read)
    connection.close()


def deserialized():
    it = connect()
    it.deserialize(SERIALIZED)
    assert len(it.execute("select * from words").fetchall()) == len(ROWS)
    it.close()


def interrupted():
    cursor = DATABASE.execute("select * from words")
    DATABASE.interrupt()
    refused(sqlite3.OperationalError, cursor.fetchall)


def settings():
    before = FRESH.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 100)
    refused(sqlite3.DataError, FRESH.execute, "select ?", (DATA,))
    FRESH.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, before)
    FRESH.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_FKEY, not FRESH.getconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_FKEY))


def refused(error, call, *args):
    try:
        call(*args)
    except error:
        return
    raise AssertionError("it was not refused")


CALLS = {
    "connect": opened,
    "connect, refused": lambda: refused(sqlite3.OperationalError, sqlite3.connect, "/nowhere/to/be/found"),
    "close with a statement left": closed_early,
    "execute, compiled": lambda: FRESH.execute("select ?, ?, ?, ?, ?", VALUES).fetchall(),
    "execute, named": lambda: FRESH.execute("select :one, :other", {"one": 1, "other": DATA}).fetchall(),
    "execute, long": lambda: FRESH.execute(LONG).fetchall(),
    "execute, cached": all_of("select ?, ?, ?, ?, ?", *VALUES),
    "execute, nothing": lambda: FRESH.execute("-- nothing"),
    "execute, refused": lambda: refused(sqlite3.OperationalError, FRESH.execute, "select from"),
    "execute, not for lack of a value": lambda: refused(sqlite3.ProgrammingError, FRESH.execute, "select ?"),
    "fetchall": all_of("select * from words"),
    "fetchone": left_early("select * from words"),
    "fetchall, converted": lambda: CONVERTING.execute('select 12 as "a [bytes]", 0.5 as "b [bytes]"').fetchall(),
    "executemany": lambda: DATABASE.executemany("replace into words values (?, ?, ?)", ROWS[:3]),
    "executemany, refused": lambda: refused(
        sqlite3.IntegrityError, DATABASE.executemany, "insert into words values (?, ?, ?)", ROWS[:3]),
    "executescript": lambda: FRESH.executescript(SCRIPT),
    "returning": all_of("update words set data = data where number < 3 returning *"),
    "rollback": rolled_back,
    "compiled anew": compiled_anew,
    "iterdump": lambda: list(FRESH.iterdump()),
    "create_function": functions,
    "function": all_of("select double(number), double(word) from words limit 3"),
    "function, refused": lambda: refused(sqlite3.OperationalError, all_of("select fail()")),
    "function, nested": all_of("select nested(number) from words limit 3"),
    "aggregate": all_of("select sum_up(number) from words group by number % 2 limit 3"),
    "aggregate, refused": lambda: refused(sqlite3.OperationalError, all_of("select fail_late(number) from words")),
    "aggregate, left in the middle": left_early(
        "select sum_up(number) over (order by number rows 1 preceding) from words"),
    "window": all_of("select sum_up(number) over (order by number rows 1 preceding) from words limit 3"),
    "create_collation": collations,
    "collation": all_of("select word from words where number < 5 order by word collate ordered"),
    "set_authorizer": authorized,
    "set_progress_handler, set_trace_callback": watched,
    "blobopen": blob,
    "blobopen, refused": lambda: refused(sqlite3.OperationalError, DATABASE.blobopen, "words", "data", 1000),
    "blobopen, expired": blob_expired,
    "backup": lambda: DATABASE.backup(COPY, pages=5),
    "backup, refused": lambda: refused(sqlite3.OperationalError, lambda: DATABASE.backup(COPY, name="other")),
    "serialize": lambda: DATABASE.serialize(),
    "serialize, refused": lambda: refused(sqlite3.OperationalError, lambda: DATABASE.serialize(name="other")),
    "deserialize": deserialized,
    "deserialize, refused": lambda: refused(
        sqlite3.OperationalError, lambda: COPY.deserialize(SERIALIZED, name="other")),
    "interrupt": interrupted,
    "setlimit, setconfig": settings,
    "complete_statement": lambda: sqlite3.complete_statement("select 1;"),
}

SLOW = {
    "connect",
    "close with a statement left",
    "execute, long",
    "executescript",
    "compiled anew",
    "function, nested",
    "aggregate",
    "blobopen",
    "blobopen, expired",
    "deserialize",
}
