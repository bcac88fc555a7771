"""The standard library's decoders: each one's two ways of decoding, and ways to write what it decodes."""

import bz2
import gzip
import io
import lzma
import zlib
from compression import zstd

# How many calls a streaming decompressor is asked for at most.
MOST_CALLS = 20_000

# What decoding may take; a header can ask for 4 GiB.
MEMORY_LIMIT = 64 << 20

DELTA = [{"id": lzma.FILTER_DELTA, "dist": 4}, {"id": lzma.FILTER_LZMA2, "preset": 6}]
LZMA1 = [{"id": lzma.FILTER_LZMA1, "preset": 1}]
X86 = [{"id": lzma.FILTER_X86}, {"id": lzma.FILTER_LZMA2, "preset": 6}]

DICTIONARY = zstd.ZstdDict(b"the words that streams begin with, and some more of them " * 4, is_raw=True)


class Inflate:
    """`zlib.decompressobj` with the attributes that the other modules' decompressors have."""

    def __init__(self, wbits):
        self.stream = zlib.decompressobj(wbits)
        self.needs_input = True

    def decompress(self, data, max_length=-1):
        limit = max(max_length, 0)
        output = self.stream.decompress(self.stream.unconsumed_tail + data, limit)
        self.needs_input = not self.stream.unconsumed_tail and (not limit or len(output) < limit)
        return output

    @property
    def eof(self):
        return self.stream.eof

    @property
    def unused_data(self):
        return self.stream.unused_data


class Decoder:
    """`once` decodes bytes, `stream` makes a streaming decompressor, `encoders` turn bytes into streams."""

    def __init__(self, once, stream, *encoders):
        self.once = once
        self.stream = stream
        self.encoders = encoders

    def steps(self, data, piece, limit, output):
        """Feeds pieces of `data`, appends at most `limit` bytes a call to `output`, says where it ended."""
        stream = self.stream()
        for start in range(0, len(data), piece):
            output.append(stream.decompress(data[start : start + piece], limit))
            while not (stream.eof or stream.needs_input or len(output) >= MOST_CALLS):
                output.append(stream.decompress(b"", limit))
            if stream.eof or len(output) >= MOST_CALLS:
                break
        return f"eof {stream.eof}, unused {len(stream.unused_data)}, calls {len(output)}"


class GzipDecoder(Decoder):
    """The streaming decompressor of gzip is a file, which takes pieces of its own choice."""

    def steps(self, data, piece, limit, output):
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            while len(output) < MOST_CALLS and (block := file.read(limit)):
                output.append(block)
        return f"calls {len(output)}"


def deflate(wbits, level=6, strategy=zlib.Z_DEFAULT_STRATEGY):
    def encode(data):
        stream = zlib.compressobj(level, wbits=wbits, strategy=strategy)
        return stream.compress(data) + stream.flush()

    return encode


def lzma_with(**options):
    return lambda data: lzma.compress(data, **options)


def zstd_with(level=3, dictionary=None, **options):
    parameters = {zstd.CompressionParameter.compression_level: level}
    parameters |= {zstd.CompressionParameter[name]: value for name, value in options.items()}
    return lambda data: zstd.compress(data, options=parameters, zstd_dict=dictionary)


def zstd_behind_skippable(data):
    return b"\x50\x2a\x4d\x18\x03\0\0\0abc" + zstd.compress(data)


def zstd_in_blocks(data):
    """Several blocks, and no size in the header."""
    stream = zstd.ZstdCompressor()
    half = len(data) // 2
    return stream.compress(data[:half], stream.FLUSH_BLOCK) + stream.compress(data[half:], stream.FLUSH_FRAME)


def in_two(encode):
    """Two streams, one behind the other."""
    return lambda data: encode(data[:100]) + encode(data[100:])


DECODERS = {
    "zlib": Decoder(
        lambda data: zlib.decompress(data, 47),
        lambda: Inflate(47),
        deflate(15, 1),
        deflate(15, 9),
        deflate(9),
        deflate(31),
    ),
    "deflate": Decoder(
        lambda data: zlib.decompress(data, -15),
        lambda: Inflate(-15),
        deflate(-15, 0),
        deflate(-15, 6),
        deflate(-15, 9, zlib.Z_FIXED),
        deflate(-15, 9, zlib.Z_HUFFMAN_ONLY),
    ),
    "gzip": GzipDecoder(gzip.decompress, None, gzip.compress, in_two(gzip.compress)),
    "bz2": Decoder(
        bz2.decompress,
        bz2.BZ2Decompressor,
        lambda data: bz2.compress(data, 1),
        bz2.compress,
        in_two(bz2.compress),
    ),
    "xz": Decoder(
        lambda data: lzma.decompress(data, lzma.FORMAT_XZ, MEMORY_LIMIT),
        lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, MEMORY_LIMIT),
        lzma_with(check=lzma.CHECK_NONE),
        lzma_with(check=lzma.CHECK_CRC32),
        lzma_with(check=lzma.CHECK_CRC64, preset=0),
        lzma_with(check=lzma.CHECK_SHA256, filters=X86),
        lzma_with(filters=DELTA),
        in_two(lzma.compress),
    ),
    "alone": Decoder(
        lambda data: lzma.decompress(data, lzma.FORMAT_ALONE, MEMORY_LIMIT),
        lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE, MEMORY_LIMIT),
        lzma_with(format=lzma.FORMAT_ALONE),
        lzma_with(format=lzma.FORMAT_ALONE, preset=0),
    ),
    "xz or alone": Decoder(
        lambda data: lzma.decompress(data, lzma.FORMAT_AUTO, MEMORY_LIMIT),
        lambda: lzma.LZMADecompressor(lzma.FORMAT_AUTO, MEMORY_LIMIT),
        lzma.compress,
        lzma_with(format=lzma.FORMAT_ALONE),
    ),
    "raw lzma2": Decoder(
        lambda data: lzma.decompress(data, lzma.FORMAT_RAW, None, DELTA),
        lambda: lzma.LZMADecompressor(lzma.FORMAT_RAW, None, DELTA),
        lzma_with(format=lzma.FORMAT_RAW, filters=DELTA),
    ),
    "raw lzma1": Decoder(
        lambda data: lzma.decompress(data, lzma.FORMAT_RAW, None, LZMA1),
        lambda: lzma.LZMADecompressor(lzma.FORMAT_RAW, None, LZMA1),
        lzma_with(format=lzma.FORMAT_RAW, filters=LZMA1),
    ),
    "zstd": Decoder(
        zstd.decompress,
        zstd.ZstdDecompressor,
        zstd_with(1),
        zstd_with(19),
        zstd_with(-5),
        zstd_with(checksum_flag=1),
        zstd_with(checksum_flag=1, content_size_flag=0),
        in_two(zstd.compress),
        zstd_behind_skippable,
        zstd_in_blocks,
    ),
    "zstd with dictionary": Decoder(
        lambda data: zstd.decompress(data, DICTIONARY),
        lambda: zstd.ZstdDecompressor(DICTIONARY),
        zstd_with(dictionary=DICTIONARY),
        zstd_with(19, dictionary=DICTIONARY, checksum_flag=1),
    ),
}
