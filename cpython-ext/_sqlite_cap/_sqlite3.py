# The name CPython's sqlite3 package knows for _sqlite_cap, which is CPython's _sqlite3 in everything but its own name.
from _sqlite_cap import *
