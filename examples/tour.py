"""A tour of a composed Python: a real file goes through gzip and zlib, and comes back whole.

Run it with `pyforge run examples/tour.py`. The file is the source of the standard library's own modules,
some megabytes of it, read from where this Python was started.
"""

import gzip
import hashlib
import io
import pathlib
import sys
import sysconfig
import time
import zlib


def read_sources():
    """The text of the standard library's modules, as one file."""
    library = pathlib.Path(sysconfig.get_path("stdlib"))
    return b"".join(path.read_bytes() for path in sorted(library.rglob("*.py")))


def timed(function, *args):
    """What the function returns, and the seconds it took."""
    start = time.perf_counter()
    result = function(*args)
    return result, time.perf_counter() - start


def write_gzip(data):
    """The bytes of a .gz file, written in pieces as a program would."""
    file = io.BytesIO()
    with gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as stream:
        for start in range(0, len(data), 1 << 16):
            stream.write(data[start : start + (1 << 16)])
    return file.getvalue()


def report(what, size, original, seconds):
    speed = original / seconds / 1e6
    print(f"{what:<22}{size:>12,} bytes  {size / original:>6.1%}  {speed:>8.1f} MB/s")


def main():
    data = read_sources()
    digest = hashlib.sha256(data).hexdigest()
    print(f"Python {sys.version.split()[0]} on {sys.platform}, zlib {zlib.ZLIB_RUNTIME_VERSION}")
    print(f"{'the standard library':<22}{len(data):>12,} bytes  sha256 {digest[:16]}…")

    for level in (1, 6, 9):
        packed, seconds = timed(zlib.compress, data, level)
        report(f"zlib.compress, {level}", len(packed), len(data), seconds)
    restored, seconds = timed(zlib.decompress, packed)
    report("zlib.decompress", len(restored), len(data), seconds)

    file, seconds = timed(write_gzip, data)
    report("gzip.GzipFile, write", len(file), len(data), seconds)
    unzipped, seconds = timed(gzip.decompress, file)
    report("gzip.decompress", len(unzipped), len(data), seconds)

    for what, copy in (("zlib", restored), ("gzip", unzipped)):
        if hashlib.sha256(copy).hexdigest() != digest:
            sys.exit(f"the {what} copy differs from the original")
    print("both copies have the original's digest")


if __name__ == "__main__":
    main()
