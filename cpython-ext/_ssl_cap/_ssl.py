# The name that CPython's ssl module knows for _ssl_cap, which is CPython's _ssl in everything but its own
# name: the module itself, since ssl takes names from it that begin with an underscore.
import sys

import _ssl_cap

sys.modules[__name__] = _ssl_cap
