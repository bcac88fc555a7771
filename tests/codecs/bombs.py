"""Small streams that decode to more zeros than any memory has room for.

    python bombs.py make CODEC FILE SIZE   writes one that decodes to SIZE MiB
    python bombs.py steps CODEC FILE N     decodes the first N MiB of it, 1 MiB a call
    python bombs.py whole CODEC FILE       decodes all of it in one call, for which there is no memory
    python bombs.py headers                decodes headers that ask for more memory than there is

What memory this takes is looked at from outside.
"""

import bz2
import lzma
import sys
import zlib
from compression import zstd

from decoders import DECODERS

MIB = 1 << 20

COMPRESSORS = {
    "zlib": lambda: zlib.compressobj(9),
    "bz2": bz2.BZ2Compressor,
    "xz": lambda: lzma.LZMACompressor(preset=1),
    "alone": lambda: lzma.LZMACompressor(lzma.FORMAT_ALONE, preset=1),
    "zstd": zstd.ZstdCompressor,
}


def make(codec, file, size):
    compressor = COMPRESSORS[codec]()
    with open(file, "wb") as output:
        for _ in range(int(size)):
            output.write(compressor.compress(bytes(MIB)))
        output.write(compressor.flush())


def steps(codec, file, count):
    stream, data = DECODERS[codec].stream(), read(file)
    for step in range(int(count)):
        if stream.decompress(data, MIB) != bytes(MIB):
            sys.exit(f"step {step} does not give 1 MiB of zeros")
        data = b""


def whole(codec, file):
    """The decoder is used before, too: memories only grow, so what Python takes in vain it keeps, and a cap
    that has no memory by then gets none."""
    check_sound(codec)
    refused(lambda: DECODERS[codec].once(read(file)), MemoryError)
    check_sound(codec)


def headers():
    """A dictionary of 4 GiB and a window of 1 GiB."""
    alone = b"\x5d\xff\xff\xff\xff" + b"\xff" * 8 + bytes(20)
    refused(lambda: lzma.decompress(alone, lzma.FORMAT_ALONE), MemoryError)
    check_sound("alone")
    frame = b"\x28\xb5\x2f\xfd\0\xa0\1\0\0"
    options = {zstd.DecompressionParameter.window_log_max: 30}
    refused(lambda: zstd.decompress(frame, options=options), zstd.ZstdError)
    check_sound("zstd")


def refused(decode, error):
    try:
        decode()
    except error:
        return
    sys.exit("there was memory enough")


def check_sound(codec):
    """A failure for lack of memory leaves the decoder as good as before."""
    for encode in DECODERS[codec].encoders:
        if DECODERS[codec].once(encode(b"words")) != b"words":
            sys.exit("a good stream is no longer decoded as it should be")


def read(file):
    with open(file, "rb") as stream:
        return stream.read()


def main():
    what, *args = sys.argv[1:]
    {"make": make, "steps": steps, "whole": whole, "headers": headers}[what](*args)


main()
