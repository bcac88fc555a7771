# Streams that compress and decompress: MicroPython's module of this name, by zlib.

from _zlib_cap import AUTO, GZIP, RAW, ZLIB, DeflateIO
