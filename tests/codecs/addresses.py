"""Gives encoders and decoders input at every address and of every small length, none included: bytes cross to a
component as words of eight.

    python addresses.py
"""

import sys

from decoders import DECODERS

DATA = bytes(range(256)) * 2
LENGTHS = [*range(18), 255, 256, 257]


def at(address, data):
    """The same bytes, so many behind the beginning of a word."""
    return memoryview(bytes(address) + data)[address:]


def in_slices(decoder, stream, address):
    """Decodes nothing, then the stream byte by byte with nothing between."""
    decompressor = decoder.stream()
    output = [decompressor.decompress(at(address, b""))]
    for index in range(len(stream)):
        for piece in (at(address, stream[index : index + 1]), at(address, b"")):
            if not decompressor.eof:
                output.append(decompressor.decompress(piece))
    return b"".join(output)


def main():
    for name, decoder in DECODERS.items():
        encode = decoder.encoders[0]
        for address in range(8):
            for length in LENGTHS:
                plain = DATA[:length]
                stream = encode(at(address, plain))
                ways = [decoder.once(at(address, stream))]
                if decoder.stream:
                    ways.append(in_slices(decoder, stream, address))
                if any(decoded != plain for decoded in ways):
                    sys.exit(f"{name}: {length} bytes at {address} do not come back")


main()
