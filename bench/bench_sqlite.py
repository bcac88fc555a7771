"""Times sqlite3 at what databases do. Prints a JSON list of rows: a name, and the best seconds of some rounds.

    python bench_sqlite.py FILE      FILE is a name for a database that may be made
"""

import json
import os
import random
import sqlite3
import sys
import time

ROWS = 200_000
DOCUMENTS = 20_000
POINTS = 50_000
ROUNDS = 3

WORDS = [f"word{number}" for number in range(2_000)]


def records(count):
    chance = random.Random(20260)
    return [
        (number, chance.randrange(count), chance.random(), f"name {chance.randrange(count):08}")
        for number in range(count)
    ]


def documents(count):
    chance = random.Random(20260)
    return [(" ".join(chance.choices(WORDS, k=40)),) for _ in range(count)]


def create(connection):
    connection.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, rank INTEGER, weight REAL, name TEXT)")


def insert(connection, rows):
    with connection:
        connection.executemany("INSERT INTO item VALUES (?, ?, ?, ?)", rows)


def bulk_insert(path, rows):
    def run():
        if path != ":memory:" and os.path.exists(path):
            os.remove(path)
        connection = sqlite3.connect(path)
        create(connection)
        start = time.perf_counter()
        insert(connection, rows)
        elapsed = time.perf_counter() - start
        connection.close()
        return elapsed

    return run


def timed(work):
    def run():
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    return run


def points(connection):
    keys = random.Random(1).choices(range(ROWS), k=POINTS)

    def run():
        for key in keys:
            connection.execute("SELECT name FROM item WHERE id = ?", (key,)).fetchone()

    return timed(run)


def autocommits(connection, count):
    def run():
        for number in range(count):
            connection.execute("UPDATE item SET weight = ? WHERE id = ?", (number, number))
            connection.commit()

    return timed(run)


def query(connection, sql, parameters=(), times=1):
    def run():
        for _ in range(times):
            connection.execute(sql, parameters).fetchall()

    return timed(run)


def filled(path, rows):
    connection = sqlite3.connect(path)
    create(connection)
    insert(connection, rows)
    connection.executescript(
        "CREATE INDEX item_rank ON item (rank);"
        "CREATE TABLE kind (id INTEGER PRIMARY KEY, title TEXT);"
        "INSERT INTO kind SELECT id, name FROM item WHERE id < 1000;"
    )
    return connection


def text_index(connection):
    connection.execute("CREATE VIRTUAL TABLE text USING fts5 (body)")
    with connection:
        connection.executemany("INSERT INTO text VALUES (?)", documents(DOCUMENTS))


def workloads(file):
    rows = records(ROWS)
    yield "bulk insert, memory", bulk_insert(":memory:", rows)
    yield "bulk insert, file", bulk_insert(file, rows)
    os.remove(file)
    memory, disk = filled(":memory:", rows), filled(file, rows)
    yield "point select, memory", points(memory)
    yield "point select, file", points(disk)
    yield "update and commit, file", autocommits(disk, 200)
    everything = "SELECT id, rank, weight, name FROM item WHERE id BETWEEN ? AND ?"
    yield "range scan, fetchall, memory", query(memory, everything, (10, ROWS - 10))
    yield "range scan, fetchall, file", query(disk, everything, (10, ROWS - 10))
    by_index = "SELECT id, rank FROM item WHERE rank BETWEEN ? AND ?"
    yield "range scan by index, fetchall", query(memory, by_index, (1000, 100_000))
    grouped = "SELECT kind.id, count(*), sum(weight), max(name) FROM item JOIN kind ON kind.id = item.rank % 1000 GROUP BY 1"
    yield "join and aggregate", query(memory, grouped)
    yield "sort", query(memory, "SELECT name FROM item ORDER BY name, weight LIMIT 10")
    text_index(memory)
    yield "FTS5 query", query(memory, "SELECT count(*) FROM text WHERE text MATCH ?", ("word1 OR word2*",), 20)
    yield "FTS5 ranking", query(memory, "SELECT rowid FROM text WHERE text MATCH ? ORDER BY rank LIMIT 10", ("word3",), 20)
    memory.create_function("double", 1, lambda value: value * 2, deterministic=True)
    yield "Python function for each row", query(memory, "SELECT sum(double(rank)) FROM item")
    yield "join and aggregate, functions there", query(memory, grouped)


def main():
    results = []
    for name, run in workloads(sys.argv[1]):
        results.append((name, {"seconds": min(run() for _ in range(ROUNDS))}))
    print(json.dumps(results))


main()
