"""Decodes broken streams and says what becomes of each. The same script runs natively and in a guest.

    python bad_input.py samples FILE                      writes good streams for every decoder
    python bad_input.py decoders                          lists the decoders
    python bad_input.py version                           says which libzstd this is
    python bad_input.py cases FILE DECODER COUNT SEED     breaks streams of FILE, COUNT times in each of KINDS
    python bad_input.py show FILE DECODER SEED KIND INDEX one of these broken streams, in hexadecimal

Compressors of different versions write different streams, so one side writes the samples for both. Each case
depends on the seed, its kind and its index only. It is decoded in two ways, at once and in steps by a
streaming decompressor, and each makes a line: what is decoded and how, the exception's class or "done", the
size and digest of what came out, and the exception's message or where the decompressor ended. Tabs are
between these four.
"""

import hashlib
import json
import random
import sys
from compression import zstd

from decoders import DECODERS

# All samples go through the decoder again after this many cases: the instance must still be sound.
BATCH = 100


def plains():
    """What samples are of: nothing, next to nothing, text, repetitions, noise, these together, much text."""
    rng = random.Random("samples")
    words = [bytes(rng.choices(b"abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 9))) for _ in range(300)]

    def text(size):
        return b" ".join(rng.choices(words, range(1, 301), k=size // 5))[:size]

    zeros, noise = bytes(20_000), rng.randbytes(1000)
    return [b"", b"x", text(50), text(3000), zeros, noise, text(4000) + zeros + noise, text(150_000)]


def write_samples(file):
    """For each decoder pairs of a stream and the digest of what it decodes to."""
    samples = {
        name: [(encode(plain).hex(), digest(plain)) for encode in decoder.encoders for plain in plains()]
        for name, decoder in DECODERS.items()
    }
    with open(file, "w") as output:
        json.dump(samples, output)


def read_samples(file, name):
    with open(file) as samples:
        return [(bytes.fromhex(stream), plain) for stream, plain in json.load(samples)[name]]


def digest(data):
    return f"{len(data)} {hashlib.sha256(data).hexdigest()[:16]}"


def truncated(rng, stream):
    return stream[: rng.randrange(len(stream))]


def flipped(rng, stream):
    """One bit or several, anywhere or near an end, where the headers are."""
    broken = bytearray(stream)
    near = min(len(broken), 40)
    first, last = rng.choice(((0, len(broken)), (0, near), (len(broken) - near, len(broken))))
    for _ in range(rng.choice((1, 1, 1, 2, 8))):
        broken[rng.randrange(first, last)] ^= 1 << rng.randrange(8)
    return bytes(broken)


def noise(rng, stream):
    """Random bytes, every other time behind the beginning of something good."""
    begun = rng.choice((0, rng.randrange(40)))
    return stream[:begun] + rng.randbytes(rng.choice((1, 10, 100, 1000)))


KINDS = {"truncated": truncated, "flipped": flipped, "random": noise}


def case(samples, name, seed, kind, index):
    """A broken stream, and the sizes of the steps to decode it in."""
    rng = random.Random(f"{seed} {name} {kind} {index}")
    broken = KINDS[kind](rng, rng.choice(samples)[0])
    return broken, rng.choice((1, 3, 16, 100, 1000, 100_000)), rng.choice((1, 10, 100, 1000, 10_000))


def outcome(decode, *args):
    """Result, output and detail of a decoding that appends its output to a list."""
    output = []
    try:
        result, detail = "done", decode(*args, output)
    except Exception as error:
        result, detail = f"{type(error).__module__}.{type(error).__qualname__}", str(error)
    return result, digest(b"".join(output)), detail


def run_cases(samples, name, count, seed):
    decoder = DECODERS[name]

    def at_once(data, output):
        output.append(decoder.once(data))
        return ""

    for kind in KINDS:
        for index in range(count):
            data, piece, limit = case(samples, name, seed, kind, index)
            print(f"{kind} {index} at once", *outcome(at_once, data), sep="\t")
            print(f"{kind} {index} in steps", *outcome(decoder.steps, data, piece, limit), sep="\t")
            if index % BATCH == 0:
                check_sound(decoder, samples)
    check_sound(decoder, samples)


def check_sound(decoder, samples):
    for stream, plain in samples:
        if digest(decoder.once(stream)) != plain:
            sys.exit("a good stream is no longer decoded as it should be")


def main():
    what, *args = sys.argv[1:]
    if what == "samples":
        write_samples(*args)
    elif what == "decoders":
        print(*DECODERS, sep="\n")
    elif what == "version":
        print(zstd.zstd_version)
    elif what == "cases":
        file, name, count, seed = args
        run_cases(read_samples(file, name), name, int(count), seed)
    else:
        file, name, seed, kind, index = args
        print(case(read_samples(file, name), name, seed, kind, index)[0].hex())


main()
