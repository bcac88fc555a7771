"""A tour of a composed Python: a real file goes through every compression module, and comes back whole; a database finds
what is in it; and a server would be asked who it is.

Run it with `pyforge run examples/tour.py`. The file is the source of the standard library's own modules,
some megabytes of it, which this Python carries in itself.
"""

import bz2
import hashlib
import io
import lzma
import pkgutil
import sqlite3
import ssl
import sys
import sysconfig
import tarfile
import time
import zlib

try:
    from compression import zstd
except ModuleNotFoundError:
    # It is new in Python 3.14.
    zstd = None

CODECS = {
    "zlib, level 1": (lambda data: zlib.compress(data, 1), zlib.decompress),
    "zlib, level 9": (lambda data: zlib.compress(data, 9), zlib.decompress),
    "bz2": (bz2.compress, bz2.decompress),
    "lzma, preset 1": (lambda data: lzma.compress(data, preset=1), lzma.decompress),
}
ARCHIVES = ["gz", "bz2", "xz"]
if zstd:
    CODECS["zstd, level 3"] = (lambda data: zstd.compress(data, 3), zstd.decompress)
    CODECS["zstd, level 12"] = (lambda data: zstd.compress(data, 12), zstd.decompress)
    ARCHIVES.append("zst")


def read_sources(folder, prefix=""):
    """The text of each of the standard library's modules, wherever that is: {name: text}."""
    sources = {}
    for finder, name, is_package in pkgutil.iter_modules([folder]):
        spec = finder.find_spec(name)
        sources[prefix + name] = (spec.loader.get_source(name) or "").encode()
        if is_package:
            sources |= read_sources(spec.submodule_search_locations[0], f"{prefix}{name}.")
    return sources


def timed(function, *args):
    """What the function returns, and the seconds it took."""
    start = time.perf_counter()
    result = function(*args)
    return result, time.perf_counter() - start


def go_round(name, data):
    """Compresses and decompresses, and prints how small and how fast."""
    compress, decompress = CODECS[name]
    packed, down = timed(compress, data)
    restored, up = timed(decompress, packed)
    speeds = f"{len(data) / down / 1e6:>8.1f} MB/s {len(data) / up / 1e6:>8.1f} MB/s"
    print(f"{name:<22}{len(packed):>12,} bytes  {len(packed) / len(data):>6.1%} {speeds}")
    return restored


def go_through_archive(name, files, suffix):
    """Writes files into an archive and reads it back, and prints its size. Returns how many files it has."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=f"w:{suffix}") as archive:
        for member, data in files.items():
            header = tarfile.TarInfo(member)
            header.size = len(data)
            archive.addfile(header, io.BytesIO(data))
    size = file.tell()
    file.seek(0)
    with tarfile.open(fileobj=file) as archive:
        count = len([member for member in archive if member.isfile()])
    print(f"{f'{name}.tar.{suffix}':<22}{size:>12,} bytes  {count} files")
    return count


def index(sources):
    """A database with the text of the standard library's modules, to be searched."""
    rows = ((name, text.decode()) for name, text in sources.items())
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE module USING fts5 (name, text)")
    with database:
        database.executemany("INSERT INTO module VALUES (?, ?)", rows)
    return database


def search(database, words):
    """Prints which modules are the most about something."""
    best = "SELECT name FROM module WHERE module MATCH ? ORDER BY rank LIMIT 3"
    print(f"  {words}: {', '.join(name for (name,) in database.execute(best, (words,)))}")


def trust():
    """Prints what a connection to a server is verified with."""
    context = ssl.create_default_context()
    print(f"{ssl.OPENSSL_VERSION}, {context.cert_store_stats()['x509_ca']} authorities trusted")


def main():
    sources = read_sources(sysconfig.get_path("stdlib"))
    data = b"".join(sources.values())
    digest = hashlib.sha256(data).hexdigest()
    print(f"Python {sys.version.split()[0]} on {sys.platform}, zlib {zlib.ZLIB_RUNTIME_VERSION}")
    print(f"{'the standard library':<22}{len(data):>12,} bytes  sha256 {digest[:16]}…")
    for name in CODECS:
        if hashlib.sha256(go_round(name, data)).hexdigest() != digest:
            sys.exit(f"{name}: the copy differs from the original")
    print("every copy has the original's digest")
    email = {name: text for name, text in sources.items() if name.startswith("email.")}
    if len({go_through_archive("email", email, suffix) for suffix in ARCHIVES}) != 1:
        sys.exit("the archives do not hold the same files")
    database, seconds = timed(index, sources)
    (count,) = database.execute("SELECT count(*) FROM module").fetchone()
    print(f"sqlite3 {sqlite3.sqlite_version}, {count} modules indexed in {seconds:.1f} s")
    for words in ["regular expression", "certificate", "leap year"]:
        search(database, words)
    trust()


if __name__ == "__main__":
    main()
