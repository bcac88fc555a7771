# The name CPython's sqlite3 package knows for _sqlite_cap, which is CPython's _sqlite3 in everything but its own name: the
# module itself, since some versions of the package take names from it that begin with an underscore.
import sys

import _sqlite_cap

sys.modules[__name__] = _sqlite_cap
