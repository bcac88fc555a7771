"""Reads what the system's tools wrote, and writes what they will read. The suffix of a file says its format.

    python interchange.py digests FOLDER     prints the name and the SHA-256 of what each file decodes to
    python interchange.py write FILE FOLDER  encodes a file in every way of WRITERS, into files of FOLDER
    python interchange.py write FILE FOLDER fast   in one way for each module
    python interchange.py tar FOLDER FILE    packs a folder
    python interchange.py untar FILE FOLDER  unpacks it
"""

import bz2
import gzip
import hashlib
import lzma
import os
import sys
import tarfile
from compression import zstd

BLOCK = 1 << 20

# What `xz --format=raw --delta=dist=2 --lzma2=preset=6` writes.
RAW = [{"id": lzma.FILTER_DELTA, "dist": 2}, {"id": lzma.FILTER_LZMA2, "preset": 6}]


def dictionary():
    """The one that `zstd --train` made."""
    with open("dictionary", "rb") as file:
        return zstd.ZstdDict(file.read())


READERS = {
    "gz": gzip.open,
    "bz2": bz2.open,
    "xz": lzma.open,
    "lzma": lambda file: lzma.open(file, format=lzma.FORMAT_ALONE),
    "raw": lambda file: lzma.open(file, format=lzma.FORMAT_RAW, filters=RAW),
    "zst": zstd.open,
    "zst-d": lambda file: zstd.open(file, zstd_dict=dictionary()),
}

PARAMETER = zstd.CompressionParameter


def branch(name):
    return [{"id": getattr(lzma, f"FILTER_{name}")}, {"id": lzma.FILTER_LZMA2, "preset": 6}]


# By file name.
WRITERS = {
    "1.gz": lambda file: gzip.open(file, "wb", 1),
    "6.gz": lambda file: gzip.open(file, "wb", 6),
    "9.gz": lambda file: gzip.open(file, "wb", 9),
    "1.bz2": lambda file: bz2.open(file, "wb", 1),
    "9.bz2": lambda file: bz2.open(file, "wb", 9),
    "0.xz": lambda file: lzma.open(file, "wb", preset=0),
    "6.xz": lambda file: lzma.open(file, "wb", preset=6),
    "extreme.xz": lambda file: lzma.open(file, "wb", preset=3 | lzma.PRESET_EXTREME),
    "none.xz": lambda file: lzma.open(file, "wb", check=lzma.CHECK_NONE),
    "crc32.xz": lambda file: lzma.open(file, "wb", check=lzma.CHECK_CRC32),
    "sha256.xz": lambda file: lzma.open(file, "wb", check=lzma.CHECK_SHA256),
    "delta.xz": lambda file: lzma.open(file, "wb", filters=RAW),
    "x86.xz": lambda file: lzma.open(file, "wb", filters=branch("X86")),
    "arm.xz": lambda file: lzma.open(file, "wb", filters=branch("ARM")),
    "6.lzma": lambda file: lzma.open(file, "wb", format=lzma.FORMAT_ALONE),
    "delta.raw": lambda file: lzma.open(file, "wb", format=lzma.FORMAT_RAW, filters=RAW),
    "1.zst": lambda file: zstd.open(file, "wb", level=1),
    "3.zst": lambda file: zstd.open(file, "wb", level=3),
    "19.zst": lambda file: zstd.open(file, "wb", level=19),
    "fast.zst": lambda file: zstd.open(file, "wb", level=-5),
    "check.zst": lambda file: zstd.open(file, "wb", options={PARAMETER.checksum_flag: 1}),
    "long.zst": lambda file: zstd.open(
        file, "wb", options={PARAMETER.enable_long_distance_matching: 1, PARAMETER.window_log: 27}
    ),
    "3.zst-d": lambda file: zstd.open(file, "wb", zstd_dict=dictionary()),
}

FAST = ["1.gz", "1.bz2", "0.xz", "long.zst"]


def suffix(file):
    return file.rpartition(".")[2]


def digests(folder):
    for name in sorted(os.listdir(folder)):
        with READERS[suffix(name)](f"{folder}/{name}") as file:
            print(name, hashlib.file_digest(file, "sha256").hexdigest())


def write(source, folder, which="all"):
    for name in FAST if which == "fast" else WRITERS:
        target = f"{folder}/{os.path.basename(source)}.{name}"
        with open(source, "rb") as plain, WRITERS[name](target) as packed:
            # Without a write, be it of nothing, a ZstdFile makes an empty file and not an empty frame.
            packed.write(plain.read(BLOCK))
            while block := plain.read(BLOCK):
                packed.write(block)


def tar(folder, file):
    with tarfile.open(file, f"w:{suffix(file)}") as archive:
        archive.add(folder, arcname=".", filter=with_mode)


def with_mode(member):
    """WASI knows no permissions; a member without any cannot be read where it is unpacked."""
    member.mode = 0o755
    return member


def untar(file, folder):
    with tarfile.open(file) as archive:
        archive.extractall(folder)


def main():
    what, *args = sys.argv[1:]
    {"digests": digests, "write": write, "tar": tar, "untar": untar}[what](*args)


main()
