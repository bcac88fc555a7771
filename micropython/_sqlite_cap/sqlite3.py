"""SQLite databases, as CPython's sqlite3 has them: a part of it.

There are connections with functions of their own, cursors, rows with names, and DB-API 2.0's exceptions. There are no
adapters and converters, aggregates, collations, blobs opened in place, backups, hooks, and no `autocommit`.
"""

from _sqlite_cap import *
from _sqlite_cap import _code_by_name, _library_version

apilevel = "2.0"
paramstyle = "qmark"
threadsafety = 3
Binary = memoryview

sqlite_version = _library_version()
sqlite_version_info = tuple(int(part) for part in sqlite_version.split("."))


# SQLite's result codes are the module's, but take no room until one is asked for.
def __getattr__(name):
    code = _code_by_name(name)
    if code is None:
        raise AttributeError(name)
    return code
