# The name users know for _zlib_cap, which is CPython's zlib module in everything but its own name.
from _zlib_cap import *
from _zlib_cap import __doc__, __version__, _ZlibDecompressor
