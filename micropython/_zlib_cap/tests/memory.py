# 100,000 objects of each kind, closed or dropped, read and written: what they took is given back.

import deflate
import gc
import io

out = io.BytesIO()
with deflate.DeflateIO(out, deflate.ZLIB) as g:
    g.write(b"hello" * 10)
data = out.getvalue()


def read(i):
    g = deflate.DeflateIO(io.BytesIO(data))
    g.read(5)


def read_to_the_end(i):
    deflate.DeflateIO(io.BytesIO(data)).read()


def write(i):
    g = deflate.DeflateIO(io.BytesIO(), deflate.GZIP)
    g.write(b"hello")
    if i % 2:
        g.close()


def fail(i):
    try:
        deflate.DeflateIO(io.BytesIO(b"no deflate at all"), 1 + i % 3).read()
    except (OSError, EOFError):
        pass


def churn(function, count):
    for i in range(count):
        function(i)


for function in (read, read_to_the_end, write, fail):
    churn(function, 1000)
    gc.collect()
    before = gc.mem_alloc()
    churn(function, 100000)
    gc.collect()
    print(function.__name__, gc.mem_alloc() - before < 2000)
