# A stream of 100 MB, written and read in pieces, takes little memory.

import deflate
import gc
import io


class Counter(io.IOBase):
    def __init__(self):
        self.count = 0
        self.parts = []

    def write(self, buf):
        self.count += len(buf)
        self.parts.append(bytes(buf))
        return len(buf)


piece = bytes(range(256)) * 16
out = Counter()
with deflate.DeflateIO(out, deflate.GZIP, 15) as g:
    for _ in range(25600):
        g.write(piece)
print(out.count < 1000000)

stream = io.BytesIO(b"".join(out.parts))
gc.collect()
before = gc.mem_alloc()
buf = bytearray(4096)
total = 0
with deflate.DeflateIO(stream, deflate.GZIP) as g:
    while True:
        count = g.readinto(buf)
        if not count:
            break
        total += count
        if buf[:count] != piece[:count]:
            print("wrong", total)
            break
gc.collect()
print(total, gc.mem_alloc() - before < 10000)
