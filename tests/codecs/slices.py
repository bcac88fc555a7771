"""Streams that are decompressed in pieces of any size, off the start of a word, with limits of any size.

    python slices.py make FILE COUNT SEED    writes COUNT compressed streams, each with something behind it or not
    python slices.py feed FILE SEED          feeds each to a decompressor, and prints what came of every call

The second depends on the file and the seed only, so that two Pythons must print the same.
"""

import bz2
import hashlib
import json
import lzma
import random
import sys
import zlib
from compression import zstd

SIZES = [0, 1, 5, 100, 1000, 5000, 70_000, 300_000]
PIECES = [0, 1, 2, 3, 7, 8, 9, 64, 1000, 100_000, 1_000_000]
LIMITS = [0, 1, 2, 100, 8192, 100_000, 1_000_000_000]
MOST_CALLS = 400

CODECS = [
    (lambda data, level: zlib.compress(data, level), zlib._ZlibDecompressor),
    (lambda data, level: bz2.compress(data, level), bz2.BZ2Decompressor),
    (lambda data, level: lzma.compress(data, preset=level % 4), lzma.LZMADecompressor),
    (lambda data, level: lzma.compress(data, lzma.FORMAT_ALONE, preset=1), lzma.LZMADecompressor),
    (lambda data, level: zstd.compress(data, level), zstd.ZstdDecompressor),
]


def plain(chance):
    size = chance.choice(SIZES)
    match chance.randrange(3):
        case 0:
            return chance.randbytes(size)
        case 1:
            return bytes(size)
        case _:
            return b"".join(chance.choice([b"words ", b"of ", b"a text "]) for _ in range(size // 4))


def make(file, count, seed):
    chance, streams = random.Random(seed), []
    for index in range(int(count)):
        compress, _ = CODECS[index % len(CODECS)]
        stream = compress(plain(chance), chance.randrange(1, 8)) + chance.randbytes(chance.choice([0, 0, 3, 20]))
        streams.append(stream.hex())
    with open(file, "w") as output:
        json.dump(streams, output)


def off_a_word(data, chance):
    """The same bytes as a view that begins anywhere in a word."""
    before = chance.randrange(9)
    return memoryview(bytes(before) + data)[before:]


def call(decompressor, piece, limit):
    """What one call comes to, and what can be seen of the object afterwards."""
    try:
        output = decompressor.decompress(piece, limit)
    except (EOFError, OSError, ValueError, lzma.LZMAError, zlib.error, zstd.ZstdError) as error:
        return [type(error).__name__, str(error)]
    seen = [decompressor.eof, decompressor.needs_input, len(decompressor.unused_data)]
    return [len(output), hashlib.sha256(output).hexdigest()[:8], *seen, getattr(decompressor, "check", None)]


def feed_one(decompressor, data, chance):
    calls, rest = [], off_a_word(data, chance)
    while len(calls) < MOST_CALLS:
        piece = rest[: chance.choice(PIECES)]
        if not decompressor.needs_input and chance.random() < 0.7:
            piece = b""
        rest = rest[len(piece) :]
        calls.append(call(decompressor, piece, chance.choice(LIMITS)))
        if calls[-1][0] == "EOFError" or (not rest and decompressor.needs_input):
            break
    return calls


def feed(file, seed):
    with open(file) as streams:
        for index, stream in enumerate(json.load(streams)):
            _, decompressor = CODECS[index % len(CODECS)]
            chance = random.Random(f"{seed} {index}")
            print(index, json.dumps(feed_one(decompressor(), bytes.fromhex(stream), chance)))


def main():
    what, *args = sys.argv[1:]
    {"make": make, "feed": feed}[what](*args)


main()
