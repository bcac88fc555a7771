"""Calls of every function of zlib, each to be made again and again."""

import zlib

DATA = b"some words, some more words, and the words again. " * 20
PACKED = zlib.compress(DATA)
ZDICT = b"some more words"
WITH_ZDICT = zlib.compressobj(zdict=ZDICT)
PACKED_WITH_ZDICT = WITH_ZDICT.compress(DATA) + WITH_ZDICT.flush()


def compressobj():
    it = zlib.compressobj(1)
    it.compress(DATA)
    it.flush(zlib.Z_SYNC_FLUSH)
    it.flush()


def compressobj_copy():
    it = zlib.compressobj(1)
    it.compress(DATA)
    it.copy().flush()


def compressobj_zdict():
    it = zlib.compressobj(1, zdict=ZDICT)
    it.compress(DATA)
    it.flush()


def decompressobj():
    it = zlib.decompressobj()
    it.decompress(PACKED + b"behind", 10)
    it.decompress(it.unconsumed_tail)
    assert it.unused_data == b"behind"
    it.flush()


def decompressobj_copy():
    it = zlib.decompressobj()
    it.decompress(PACKED[:20])
    it.copy().decompress(PACKED[20:])


def decompressobj_zdict():
    assert zlib.decompressobj(zdict=ZDICT).decompress(PACKED_WITH_ZDICT) == DATA


def decompressor():
    it = zlib._ZlibDecompressor()
    it.decompress(PACKED, max_length=10)
    it.decompress(b"")


def refused(call, *args):
    try:
        call(*args)
    except (zlib.error, ValueError):
        return
    raise AssertionError("it was not refused")


CALLS = {
    "adler32": lambda: zlib.adler32(DATA),
    "crc32": lambda: zlib.crc32(DATA),
    "compress": lambda: zlib.compress(DATA, 1),
    "decompress": lambda: zlib.decompress(PACKED),
    "compressobj": compressobj,
    "compressobj, copy": compressobj_copy,
    "compressobj, zdict": compressobj_zdict,
    "decompressobj": decompressobj,
    "decompressobj, copy": decompressobj_copy,
    "decompressobj, zdict": decompressobj_zdict,
    "_ZlibDecompressor": decompressor,
    "compress, refused": lambda: refused(zlib.compress, DATA, 77),
    "decompress, refused": lambda: refused(zlib.decompress, DATA),
    "decompress, cut short": lambda: refused(zlib.decompress, PACKED[:-5]),
    "compressobj, refused": lambda: refused(zlib.compressobj, 77),
    "decompressobj, refused": lambda: refused(zlib.decompressobj().decompress, DATA),
}
