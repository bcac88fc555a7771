# The name CPython's bz2.py knows for _bz2_cap, which is CPython's _bz2 in everything but its own name.
from _bz2_cap import *
