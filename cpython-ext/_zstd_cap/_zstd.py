# The name CPython's compression.zstd knows for _zstd_cap, which is CPython's _zstd in everything but its own name.
from _zstd_cap import *
