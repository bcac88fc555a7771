# Digests: MicroPython's module of this name with more of them, by OpenSSL.

import _hashlib_cap
from _hashlib_cap import *

algorithms_available = {name for name in dir(_hashlib_cap) if name[0] != "_"}


def new(name, data=b""):
    if name not in algorithms_available:
        raise ValueError("unsupported hash type " + str(name))
    return getattr(_hashlib_cap, name)(data)
