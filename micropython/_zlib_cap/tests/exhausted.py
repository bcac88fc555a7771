# With no memory left, errors are MemoryErrors; with memory again, everything works again. To be run with little of it
# (`pyforge run --memory 64M`).

import deflate
import gc
import hashlib
import io

out = io.BytesIO()
with deflate.DeflateIO(out, deflate.ZLIB, 15) as g:
    g.write(bytes(range(256)) * 300)
data = out.getvalue()
big = bytes(range(256)) * 300


def write(n):
    with deflate.DeflateIO(io.BytesIO(), deflate.GZIP) as g:
        g.write(memoryview(big)[:n])


def read(n):
    deflate.DeflateIO(io.BytesIO(data)).read(n)


def broken(n):
    deflate.DeflateIO(io.BytesIO(b"x" * n), deflate.RAW).read(n)


def digest(n):
    hashlib.sha512(memoryview(big)[1:n]).copy().digest()


def extend(n):
    hashlib.shake_128(b"x").digest(n)


def attempt(function, n):
    try:
        function(n)
    except MemoryError:
        return "MemoryError"
    except OSError:
        return "OSError"
    return "ok"


def attempt_all():
    for function in FUNCTIONS:
        for n in SIZES:
            # There may not even be memory for the call.
            try:
                outcomes[attempt(function, n)] += 1
            except MemoryError:
                pass


FUNCTIONS = (write, read, broken, digest, extend)
SIZES = (10, 1000, 5000, 76800)
outcomes = {"ok": 0, "MemoryError": 0, "OSError": 0}
hoard = None
for size in (1000000, 100000, 10000, 1000, 100, 30):
    try:
        while True:
            hoard = [hoard, bytearray(size)]
    except MemoryError:
        attempt_all()
hoard = None
gc.collect()
print(outcomes["MemoryError"] > 10, [attempt(function, 5000) for function in FUNCTIONS])
