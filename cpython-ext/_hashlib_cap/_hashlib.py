# The name that hashlib and hmac know for _hashlib_cap, which is CPython's _hashlib in everything but its own name.
import sys

import _hashlib_cap

sys.modules[__name__] = _hashlib_cap
