"""Calls of everything in bz2, each to be made again and again."""

import bz2

DATA = b"some words, some more words, and the words again. " * 20
PACKED = bz2.compress(DATA, 1)


def compressor():
    it = bz2.BZ2Compressor(1)
    it.compress(DATA)
    it.compress(b"")
    it.flush()


def decompressor():
    it = bz2.BZ2Decompressor()
    it.decompress(PACKED + b"behind", 10)
    it.decompress(b"")
    assert it.unused_data == b"behind"


def in_pieces():
    it = bz2.BZ2Decompressor()
    it.decompress(PACKED[:20])
    it.decompress(PACKED[20:], max_length=10)
    it.decompress(b"more")


def refused(error, call, *args):
    try:
        call(*args)
    except error:
        return
    raise AssertionError("it was not refused")


CALLS = {
    "compress": lambda: bz2.compress(DATA, 1),
    "decompress": lambda: bz2.decompress(PACKED),
    "BZ2Compressor": compressor,
    "BZ2Decompressor": decompressor,
    "BZ2Decompressor, in pieces": in_pieces,
    "BZ2Compressor, refused": lambda: refused(ValueError, bz2.BZ2Compressor, 77),
    "decompress, refused": lambda: refused(OSError, bz2.BZ2Decompressor().decompress, DATA),
    "decompress, cut short": lambda: refused(ValueError, bz2.decompress, PACKED[:-5]),
}
