"""Times the zlib module on one file; prints a JSON object of seconds by operation.

    python bench_zlib.py speed FILE       the whole file through each operation
    python bench_zlib.py stream FILE N    N times the file through gzip and back, 64 KiB at a time
    python bench_zlib.py calls            a call with next to nothing to do
"""

import json
import sys
import time


def speed(path):
    import zlib

    with open(path, "rb") as file:
        data = file.read()
    seconds = {}

    def timed(name, function, *args):
        start = time.perf_counter()
        result = function(*args)
        seconds[name] = time.perf_counter() - start
        return result

    for level in (1, 6, 9):
        packed = timed(f"compress, level {level}", zlib.compress, data, level)
        seconds[f"size, level {level}"] = len(packed)
    if timed("decompress", zlib.decompress, packed) != data:
        sys.exit("what was decompressed differs from the original")
    timed("crc32", zlib.crc32, data)
    timed("adler32", zlib.adler32, data)
    return seconds


def stream(path, times):
    import gzip

    class Source:
        """The file, several times over, as one file."""

        def __init__(self):
            self.left = times
            self.file = open(path, "rb")

        def read(self, size=-1):
            data = self.file.read(size)
            if not data and self.left > 1:
                self.left -= 1
                self.file.seek(0)
                data = self.file.read(size)
            return data

    class Sink:
        """Decompresses what is written to it and throws it away."""

        def __init__(self):
            import zlib

            self.inflate = zlib.decompressobj(31)
            self.size = 0

        def write(self, data):
            self.size += len(self.inflate.decompress(data))
            return len(data)

        def flush(self):
            pass

    source, sink = Source(), Sink()
    start = time.perf_counter()
    with gzip.GzipFile(fileobj=sink, mode="wb", compresslevel=6) as file:
        while block := source.read(1 << 16):
            file.write(block)
    return {"seconds": time.perf_counter() - start, "bytes": sink.size}


def calls(count=200_000):
    import zlib

    def timed(function, *args):
        start = time.perf_counter()
        for _ in range(count):
            function(*args)
        return (time.perf_counter() - start) / count

    return {
        "crc32 of nothing": timed(zlib.crc32, b""),
        "built-in len of nothing": timed(len, b""),
        "compress 64 bytes": timed(zlib.compress, bytes(range(64))),
        "decompress 64 bytes": timed(zlib.decompress, zlib.compress(bytes(range(64)))),
    }


def main():
    what, *args = sys.argv[1:]
    if what == "speed":
        result = speed(args[0])
    elif what == "stream":
        result = stream(args[0], int(args[1]))
    else:
        result = calls()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
