# Values of all digests, however a message is cut; finality; copies.

import hashlib
import sys

message = bytes(i * 7 & 255 for i in range(70000))


def outcome(call, *args):
    try:
        return call(*args)
    except Exception as error:
        return repr(error)


def size(name):
    return (33,) if name[:5] == "shake" else ()


for name in sorted(hashlib.algorithms_available):
    args = size(name)
    for length in (0, 1, 7, 8, 63, 64, 4095, 4096, 4097, 65536, 70000):
        whole = hashlib.new(name, message[:length]).hexdigest(*args)
        for step in (1, 5, 64, 1000, 4096, 5000):
            if step == 1 and length > 5000:
                continue
            h = hashlib.new(name)
            for start in range(0, length, step):
                h.update(memoryview(message)[start : min(start + step, length)])
            if h.hexdigest(*args) != whole:
                print("differs", name, length, step)
        print(name, length, whole[:32])

# What follows is MicroPython's own.
if sys.implementation.name != "micropython":
    sys.exit()

for length in (3, 5000):
    h = hashlib.sha256(message[:length])
    c = h.copy()
    c.update(b"x")
    print(h.hexdigest() == hashlib.sha256(message[:length]).hexdigest())
    print(c.hexdigest() == hashlib.sha256(message[:length] + b"x").hexdigest())
    print(outcome(h.digest), outcome(h.update, b"x"), outcome(h.copy), outcome(h.hexdigest))
    h.__del__()
    h.__del__()

print(isinstance(hashlib.md5(), hashlib.md5), hashlib.sha256.digest_size, hashlib.sha256().block_size)
print(outcome(hashlib.new, "nonsense"), outcome(hashlib.new, 5), outcome(hashlib.sha256, 5))
print(outcome(hashlib.sha256, "text") != "", outcome(hashlib.sha256, b"", b""))
print(outcome(hashlib.sha256().digest, 5), outcome(hashlib.shake_128().digest), outcome(hashlib.shake_128().digest, -1))
print(hashlib.shake_128().digest(0), len(hashlib.shake_256(b"x").digest(100000)))
