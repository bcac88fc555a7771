"""Runs the pip of a wheel, with what it imports and a Python for WASI has not; to fetch a package it uses none of it.

    python start_pip.py WHEEL ARGUMENTS...
"""

import os
import runpy
import sys
import types

# WASI has no users, and no memory that is a file.
vars(os).setdefault("getuid", lambda: 0)
try:
    import mmap
except ModuleNotFoundError:
    mmap = sys.modules["mmap"] = types.ModuleType("mmap")
    mmap.mmap = type("mmap", (), {})

sys.path.insert(0, sys.argv.pop(1))
runpy.run_module("pip", run_name="__main__", alter_sys=True)
