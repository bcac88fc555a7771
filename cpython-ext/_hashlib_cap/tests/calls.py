"""Calls of everything in _hashlib, each to be made again and again."""

import _hashlib
import hashlib
import hmac

FEW = b"some words"
# Longer than what waits on this side, and beginning in the middle of a word.
DATA = memoryview(b"some words, some more words, and the words again. " * 100)[3:]
KEY = b"a key"
# Longer than what is kept on this side.
LONG_KEY = KEY * 200


def refused(exception, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except exception:
        return
    raise AssertionError("it was not refused")


def running():
    it = hashlib.sha256(FEW)
    it.update(DATA)
    it.update(FEW)
    it.digest()
    it.hexdigest()


def copied(it, data):
    it.update(data)
    other = it.copy()
    other.update(FEW)
    third = other.copy()
    third.update(DATA)
    return it.digest(), other.digest(), third.digest()


def described():
    it = _hashlib.new("ripemd160")
    return it.name, it.digest_size, it.block_size, repr(it)


def keyed_again():
    it = hmac.new(KEY, digestmod="sha256")
    for _ in range(3):
        other = it.copy()
        other.update(FEW)
        other.digest()


def never_asked():
    hashlib.sha256(FEW)
    hashlib.sha256(DATA)
    hmac.new(KEY, FEW, "sha256")
    hmac.new(KEY, DATA, "sha256")


CALLS = {
    "sha256, in one go": lambda: hashlib.sha256(FEW).digest(),
    "sha256, more than waits": lambda: hashlib.sha256(DATA).digest(),
    "sha256, running": running,
    "sha256, copied": lambda: copied(hashlib.sha256(), FEW),
    "sha256, copied with what was sent": lambda: copied(hashlib.sha256(), DATA),
    "shake_128": lambda: hashlib.shake_128(FEW).digest(1000),
    "shake_128, longer than a slice": lambda: hashlib.shake_128(FEW).digest(70000),
    "shake_128, running": lambda: hashlib.shake_128(DATA).hexdigest(70000),
    "new": lambda: hashlib.new("ripemd160", FEW, usedforsecurity=False).digest(),
    "new, described": described,
    "new, refused": lambda: refused(ValueError, _hashlib.new, "no such digest"),
    "never asked for a value": never_asked,
    "hmac.digest": lambda: hmac.digest(KEY, FEW, "sha256"),
    "hmac.digest, long": lambda: hmac.digest(LONG_KEY, DATA, "sha256"),
    "hmac.new": lambda: hmac.new(KEY, FEW, "sha256").digest(),
    "hmac.new, long": lambda: hmac.new(LONG_KEY, DATA, "sha256").hexdigest(),
    "hmac.new, copied": lambda: copied(hmac.new(KEY, digestmod="sha256"), DATA),
    "hmac.new, the same key again": keyed_again,
    "hmac.new, refused": lambda: refused(ValueError, _hashlib.hmac_new, KEY, FEW, "shake_128"),
    "pbkdf2_hmac": lambda: hashlib.pbkdf2_hmac("sha256", FEW, KEY, 1),
    "pbkdf2_hmac, refused": lambda: refused(ValueError, hashlib.pbkdf2_hmac, "shake_128", FEW, KEY, 1, 16),
    "scrypt": lambda: hashlib.scrypt(FEW, salt=KEY, n=2, r=1, p=1),
    "scrypt, refused": lambda: refused(ValueError, hashlib.scrypt, FEW, salt=KEY, n=2**20, r=8, p=1),
    "compare_digest": lambda: _hashlib.compare_digest(FEW, KEY),
    "get_fips_mode": _hashlib.get_fips_mode,
}

SLOW = {
    "hmac.new, long",
    "shake_128, longer than a slice",
    "shake_128, running",
}
