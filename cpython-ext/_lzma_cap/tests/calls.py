"""Calls of everything in lzma, each to be made again and again."""

import lzma

DATA = b"some words, some more words, and the words again. " * 20
# A small dictionary, so that a hundred thousand compressors are made in little time.
SMALL = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 4096}]
SMALL1 = [{"id": lzma.FILTER_LZMA1, "preset": 0, "dict_size": 4096}]
CHAIN = [{"id": lzma.FILTER_DELTA, "dist": 4}, {"id": lzma.FILTER_X86, "start_offset": 16}] + SMALL
PACKED = lzma.compress(DATA, filters=SMALL)
PACKED_ALONE = lzma.compress(DATA, lzma.FORMAT_ALONE, filters=SMALL1)
PACKED_RAW = lzma.compress(DATA, lzma.FORMAT_RAW, filters=CHAIN)


def compressor():
    it = lzma.LZMACompressor(filters=SMALL)
    it.compress(DATA)
    it.compress(b"")
    it.flush()


def decompressor():
    it = lzma.LZMADecompressor()
    it.decompress(PACKED + b"behind", 10)
    it.decompress(b"")
    assert it.unused_data == b"behind"


def in_pieces():
    it = lzma.LZMADecompressor()
    it.decompress(PACKED[:20])
    it.decompress(PACKED[20:], max_length=10)
    it.decompress(b"more")


def properties():
    for spec in CHAIN:
        lzma._decode_filter_properties(spec["id"], lzma._encode_filter_properties(spec))


def refused(error, call, *args):
    try:
        call(*args)
    except error:
        return
    raise AssertionError("it was not refused")


CALLS = {
    "compress": lambda: lzma.compress(DATA, filters=SMALL),
    "compress, alone": lambda: lzma.compress(DATA, lzma.FORMAT_ALONE, filters=SMALL1),
    "compress, raw": lambda: lzma.compress(DATA, lzma.FORMAT_RAW, filters=CHAIN),
    "decompress": lambda: lzma.decompress(PACKED),
    "decompress, alone": lambda: lzma.decompress(PACKED_ALONE),
    "decompress, raw": lambda: lzma.decompress(PACKED_RAW, lzma.FORMAT_RAW, filters=CHAIN),
    "LZMACompressor": compressor,
    "LZMADecompressor": decompressor,
    "LZMADecompressor, in pieces": in_pieces,
    "filter properties": properties,
    "is_check_supported": lambda: lzma.is_check_supported(lzma.CHECK_SHA256),
    "LZMACompressor, refused": lambda: refused(lzma.LZMAError, lzma.LZMACompressor, 1, 77),
    "LZMACompressor, wrong filter": lambda: refused(ValueError, lzma.LZMACompressor, 1, -1, None, [{}]),
    "decompress, refused": lambda: refused(lzma.LZMAError, lzma.LZMADecompressor().decompress, DATA),
    "decompress, memory limit": lambda: refused(lzma.LZMAError, lzma.decompress, PACKED, 0, 1000),
    "decompress, cut short": lambda: refused(lzma.LZMAError, lzma.decompress, PACKED[:-5]),
    "_encode_filter_properties, refused": lambda: refused(
        lzma.LZMAError, lzma._encode_filter_properties, {"id": lzma.FILTER_DELTA, "dist": 0}
    ),
}
