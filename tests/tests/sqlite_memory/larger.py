"""Does something with SQLite that takes more and more memory, until there is none: `python larger.py NAME`.

Without NAME it prints the names.
"""

import sqlite3
import sys

MEBIBYTE = 1 << 20
MOST = 128 * MEBIBYTE

# What is raised where memory is short. Python says so much of a database that it does not get.
SHORT = (MemoryError, sqlite3.OperationalError)


class Connection(sqlite3.Connection):
    """Closed at the end: one that is not stays until garbage is collected."""

    def __exit__(self, *raised):
        self.close()


def connect():
    return sqlite3.connect(":memory:", isolation_level=None, factory=Connection)


def works():
    with connect() as it:
        it.execute("create table words(word text)")
        it.executemany("insert into words values (?)", [("one",), ("two",)])
        assert it.execute("select word from words order by word desc").fetchall() == [("two",), ("one",)]


def fill(size):
    """Rows of a size, and going on with fewer of them."""
    with connect() as it:
        it.execute("create table filling(row integer primary key, bytes blob)")
        count = 0
        try:
            while True:
                it.execute("insert into filling(bytes) values (zeroblob(?))", (size,))
                count += 1
        except MemoryError:
            pass
        assert count * size > MEBIBYTE, count
        sizes = "select count(*), sum(length(bytes)), max(row) from filling"
        assert it.execute(sizes).fetchone() == (count, count * size, count)
        for refused in "select 1 +", "select nothing", "insert into filling values (1, 2)":
            try:
                it.execute(refused)
                raise AssertionError(refused)
            except sqlite3.Error:
                pass
        assert it.execute("delete from filling").rowcount == count
        it.executemany("insert into filling(bytes) values (?)", [(b"x",), (b"yz",)])
        assert it.execute(sizes).fetchone() == (2, 3, 2)


def fill_and_ask():
    """The same with functions that are called for each row."""
    with connect() as it:
        it.create_function("same", 1, lambda value: value)
        it.create_collation("same", lambda left, right: (left > right) - (left < right))
        it.execute("create table filling(word text collate same unique)")
        try:
            for row in range(MOST):
                it.execute("insert into filling values (same(?))", (f"{row:07} " * 100,))
        except MemoryError:
            pass
        count, least = it.execute("select count(*), min(word) from filling").fetchone()
        assert count > 1000 and least.startswith("0000000 ")


def open_many():
    kept = []
    try:
        while True:
            kept.append(connect())
            kept[-1].execute("create table words(word text)")
    except MemoryError:
        pass
    assert len(kept) > 10
    for it in kept:
        it.close()


def prepare_many():
    """Statements in the middle of their rows."""
    with connect() as it:
        kept = []
        try:
            while True:
                kept.append(it.execute(f"select {len(kept)} union select -1"))
        except MemoryError:
            pass
        assert len(kept) > 10
        assert all(cursor.fetchall() == [(row,)] for row, cursor in enumerate(kept) if cursor.fetchone())


def sort():
    with connect() as it:
        numbers = "with recursive n(i) as (select 1 union all select i + 1 from n)"
        it.execute(f"{numbers} select i from n order by -i").fetchall()


def blob(size):
    with connect() as it:
        it.execute("create table t(value)")
        it.execute("insert into t values (zeroblob(?))", (size,))
        with it.blobopen("t", "value", 1) as value:
            value.write(b"x" * size)
            value.seek(0)
            assert value.read() == b"x" * size


def collation(size):
    with connect() as it:
        sizes = []
        it.create_collation("sizes", lambda left, right: sizes.append((len(left), len(right))) or 0)
        query = f"select printf('%.{size}c', 'x') = printf('%.{size}c', 'y') collate sizes"
        assert it.execute(query).fetchone() == (1,)
        assert sizes == [(size, size)]


def trace(size):
    with connect() as it:
        texts = []
        it.set_trace_callback(texts.append)
        it.execute("select length(?)", ("x" * size,)).fetchone()
        # What has no room is not told.
        assert len(texts) <= 1


def authorizer(size):
    with connect() as it:
        name = "x" * size
        asked = []
        it.set_authorizer(lambda action, first, *_: asked.append(first) or sqlite3.SQLITE_OK)
        it.execute(f'create table "{name}"(a)')
        assert name in asked


def with_function(function, query, size):
    with connect() as it:
        it.create_function("f", 1, function)
        return it.execute(query, (size,)).fetchone()


def value_of(query, value):
    with connect() as it:
        return it.execute(query, (value,)).fetchone()[0]


def column_name(size):
    with connect() as it:
        assert len(it.execute(f'select 1 as "{"x" * size}"').description[0][0]) == size


def view_column_name(size):
    """The name is not part of the statement."""
    with connect() as it:
        it.execute(f'create view v as select 1 as "{"x" * size}"')
        assert len(it.execute("select * from v").description[0][0]) == size


def error(size):
    """A message cannot be of any length."""
    with connect() as it:
        try:
            it.execute(f"select {'x' * size}")
            raise AssertionError("there is no such column")
        except sqlite3.OperationalError as error:
            assert str(error).startswith("no such column: xxx")


def serialize(size):
    with connect() as it:
        it.execute("create table t(value)")
        it.execute("insert into t values (zeroblob(?))", (size,))
        content = it.serialize()
    with connect() as it:
        it.deserialize(content)
        assert it.execute("select length(value) from t").fetchone() == (size,)


# With a size that grows.
GROWING = {
    "blob result": lambda size: value_of("select zeroblob(?)", size),
    "text result": lambda size: value_of("select printf('%.*c', ?, 'x')", size),
    "blob parameter": lambda size: value_of("select length(?)", bytes(size)),
    "text parameter": lambda size: value_of("select length(?)", "x" * size),
    "there and back": lambda size: value_of("select ?", bytes(size)),
    "script": lambda size: value_of(f"select ?, length('{'x' * size}')", 1),
    "function's argument": lambda size: with_function(len, "select f(zeroblob(?))", size),
    "function's result": lambda size: with_function(bytes, "select length(f(?))", size),
    "complete_statement": lambda size: sqlite3.complete_statement(f"select '{'x' * size}';"),
    "blob": blob,
    "collation": collation,
    "trace": trace,
    "authorizer": authorizer,
    "column name": column_name,
    "name in a view": view_column_name,
    "error": error,
    "serialize": serialize,
}

# Up to the end by themselves.
FILLING = {
    "many small rows": lambda: fill(10),
    "rows": lambda: fill(1000),
    "large rows": lambda: fill(1_000_000),
    "rows and functions": fill_and_ask,
    "connections": open_many,
    "statements": prepare_many,
    "sort": sort,
}


def grow(call):
    size, done = 100_000, 0
    while size < MOST:
        try:
            call(size)
            done += 1
        except SHORT:
            works()
            break
        size += size // 3
    else:
        raise AssertionError("there was memory for everything")
    assert done > 3, done


def run(name):
    if name in GROWING:
        grow(GROWING[name])
        return
    for _ in range(2):
        try:
            FILLING[name]()
        except MemoryError:
            assert name == "sort"
        works()


if len(sys.argv) == 1:
    print("\n".join([*GROWING, *FILLING]))
else:
    works()
    run(sys.argv[1])
