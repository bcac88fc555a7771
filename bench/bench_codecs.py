"""Times one compression module on one file, half of it text and half binary. Prints a JSON list of rows: a
name, and figures by name.

    python bench_codecs.py speed CODEC FILE      seconds, by the size of the input, and the size packed
    python bench_codecs.py calls CODEC           seconds of a call with next to nothing to do
    python bench_codecs.py stream CODEC FILE N   N times the file through a compressed file and back
"""

import json
import sys
import time
from types import SimpleNamespace

MIB = 1 << 20
WHOLE = 64 * MIB

# For each codec its levels, each with how much of the file there is time for.
LEVELS = {
    "zlib": {1: WHOLE, 6: WHOLE, 9: WHOLE},
    "bz2": {1: WHOLE, 9: WHOLE},
    "lzma": {0: WHOLE, 6: 16 * MIB},
    "zstd": {1: WHOLE, 3: WHOLE, 9: WHOLE, 19: 16 * MIB},
}

# How long a call that is short is repeated, in seconds.
LONG_ENOUGH = 0.1


def codec(name):
    """What the modules have in common, under one name each."""
    if name == "zlib":
        import gzip
        import zlib

        return SimpleNamespace(
            compress=zlib.compress,
            decompress=zlib.decompress,
            compressor=zlib.compressobj,
            decompressor=lambda: zlib.decompressobj(47),
            file=lambda sink: gzip.GzipFile(fileobj=sink, mode="wb", compresslevel=6),
        )
    if name == "bz2":
        import bz2

        return SimpleNamespace(
            compress=bz2.compress,
            decompress=bz2.decompress,
            compressor=lambda: bz2.BZ2Compressor(1),
            decompressor=bz2.BZ2Decompressor,
            file=lambda sink: bz2.open(sink, "wb", compresslevel=1),
        )
    if name == "lzma":
        import lzma

        return SimpleNamespace(
            compress=lambda data, level: lzma.compress(data, preset=level),
            decompress=lzma.decompress,
            compressor=lambda: lzma.LZMACompressor(preset=0),
            decompressor=lzma.LZMADecompressor,
            file=lambda sink: lzma.open(sink, "wb", preset=0),
        )
    from compression import zstd

    return SimpleNamespace(
        compress=zstd.compress,
        decompress=zstd.decompress,
        compressor=zstd.ZstdCompressor,
        decompressor=zstd.ZstdDecompressor,
        file=lambda sink: zstd.open(sink, "wb", level=3),
    )


def timed(function, *args):
    """What a call returns, and its seconds: the mean of as many calls as take long enough."""
    count = 1
    while True:
        start = time.perf_counter()
        for _ in range(count):
            result = function(*args)
        taken = time.perf_counter() - start
        if taken >= LONG_ENOUGH:
            return result, taken / count
        count *= 4


def read(path):
    with open(path, "rb") as file:
        return file.read()


def part(data, size):
    """As much of the text half as of the binary half."""
    half = len(data) // 2
    return data[: size // 2] + data[half : half + size // 2]


def size_name(size):
    for unit, name in ((MIB, "MiB"), (1024, "KiB")):
        if size >= unit:
            return f"{size // unit} {name}"
    return f"{size} B"


def speed(name, path):
    it, data, rows = codec(name), read(path), []
    for level, most in LEVELS[name].items():
        pack, unpack = {}, {}
        for size in (64, 64 << 10, most):
            plain, label = part(data, size), size_name(size)
            packed, pack[label] = timed(it.compress, plain, level)
            result, unpack[label] = timed(it.decompress, packed)
            if result != plain:
                sys.exit("what was decompressed differs from the original")
        rows += [(f"compress, {level}", pack | {"packed": len(packed)}), (f"decompress, {level}", unpack)]
    return rows + (checksums(data) if name == "zlib" else [])


def checksums(data):
    import zlib

    sizes = (64, 64 << 10, WHOLE)
    return [
        (function.__name__, {size_name(size): timed(function, part(data, size))[1] for size in sizes})
        for function in (zlib.crc32, zlib.adler32)
    ]


def calls(name):
    """Calls with nothing, on streams that have begun; and beside them of something built in."""
    it = codec(name)
    begun = it.compress(bytes(range(256)), 1)[:3]

    def compress():
        stream = it.compressor()
        stream.compress(b"some words")
        return stream.compress

    def decompress():
        stream = it.decompressor()
        stream.decompress(begun)
        return stream.decompress

    rows = {'len(b"")': lambda: len, 'compress(b"")': compress, 'decompress(b"")': decompress}
    return [(what, {"seconds": call_with_nothing(make)}) for what, make in rows.items()]


def call_with_nothing(make):
    """The best mean of many calls. Each function gets a few: zstd refuses to be given nothing for ever."""
    best = float("inf")
    for _ in range(20):
        functions = [make() for _ in range(20)]
        start = time.perf_counter()
        for function in functions:
            for _ in range(10):
                function(b"")
        best = min(best, time.perf_counter() - start)
    return best / (len(functions) * 10)


class Source:
    """A file, several times over, as one file."""

    def __init__(self, path, times):
        self.left = times
        self.file = open(path, "rb")

    def read(self, size):
        data = self.file.read(size)
        if not data and self.left > 1:
            self.left -= 1
            self.file.seek(0)
            data = self.file.read(size)
        return data


class Sink:
    """Decompresses what is written to it and throws it away."""

    def __init__(self, decompressor):
        self.decompressor = decompressor
        self.size = 0

    def write(self, data):
        self.size += len(self.decompressor.decompress(data))
        return len(data)

    def flush(self):
        pass


def stream(name, path, times):
    it = codec(name)
    source, sink = Source(path, int(times)), Sink(it.decompressor())
    with it.file(sink) as file:
        while block := source.read(1 << 16):
            file.write(block)
    return [("stream", {"bytes": sink.size})]


def main():
    what, *args = sys.argv[1:]
    print(json.dumps({"speed": speed, "calls": calls, "stream": stream}[what](*args)))


main()
