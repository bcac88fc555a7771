"""Times hashes. Prints a JSON list of rows: a name, the seconds of one, and the bytes where there are many.

    python bench_hashes.py digests      of 16 MiB
    python bench_hashes.py calls        of next to nothing
    python bench_hashes.py keys         that are slow on purpose
"""

import hashlib
import hmac
import os
import sys

import measure

SIZE = 16 << 20

# What a row hashes with. `blake2b` is CPython's own code, whatever OpenSSL has.
DIGESTS = {
    "SHA-256": hashlib.sha256,
    "SHA-1": hashlib.sha1,
    "SHA-512": hashlib.sha512,
    "SHA3-256": hashlib.sha3_256,
    "MD5": hashlib.md5,
    "BLAKE2b, `new(\"blake2b512\")`": lambda data: hashlib.new("blake2b512", data),
    "BLAKE2b, `blake2b()`, CPython's own": hashlib.blake2b,
}


def digests():
    data = os.urandom(SIZE)
    for name, make in DIGESTS.items():
        yield measure.row(name, lambda: make(data).digest(), SIZE)


def calls():
    key, data = os.urandom(32), os.urandom(64)
    yield measure.row("`sha256(data).hexdigest()`", lambda: hashlib.sha256(data).hexdigest())
    yield measure.row("`hmac.digest(key, data, \"sha256\")`", lambda: hmac.digest(key, data, "sha256"))
    yield measure.row(
        "`hmac.new(key, data, \"sha256\").digest()`", lambda: hmac.new(key, data, "sha256").digest()
    )


def keys():
    salt = os.urandom(16)
    yield measure.row(
        "PBKDF2, SHA-256, 10,000 rounds", lambda: hashlib.pbkdf2_hmac("sha256", b"password", salt, 10_000)
    )
    yield measure.row(
        "scrypt, n=16384, r=8, p=1", lambda: hashlib.scrypt(b"password", salt=salt, n=1 << 14, r=8, p=1)
    )


def main():
    measure.report({"digests": digests, "calls": calls, "keys": keys}[sys.argv[1]]())


main()
