# Streams that misbehave, and a DeflateIO that is used while it is in use: errors, never a crash.

import deflate
import io


def outcome(call, *args):
    try:
        return call(*args)
    except Exception as error:
        return repr(error)


def compressed(data, *args):
    out = io.BytesIO()
    with deflate.DeflateIO(out, *args) as g:
        g.write(data)
    return out.getvalue()


class Reentrant(io.IOBase):
    def __init__(self, data, method):
        self.data = io.BytesIO(data)
        self.method = method
        self.seen = []

    def use(self):
        self.seen.append(outcome(*self.method))

    def readinto(self, buf):
        self.use()
        return self.data.readinto(buf)

    def write(self, buf):
        self.use()
        return len(buf)


data = compressed(b"hello" * 10, deflate.ZLIB)
for name, args in (("read", (3,)), ("write", (b"x",)), ("close", ()), ("flush", ()), ("__del__", ())):
    stream = Reentrant(data, None)
    g = deflate.DeflateIO(stream, deflate.ZLIB)
    stream.method = (getattr(g, name),) + args
    print(name, outcome(g.read), set(stream.seen))
    stream.seen = []
    print(name, outcome(g.write, b"more"), outcome(g.close), set(stream.seen))


# A stream that raises, or says strange things, leaves the object in order.
class Odd(io.IOBase):
    def __init__(self, answer):
        self.answer = answer

    def readinto(self, buf):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    write = readinto


for answer in (KeyError("mine"), 0, 1000, None, -5, "text"):
    g = deflate.DeflateIO(Odd(answer), deflate.GZIP)
    print(repr(answer), outcome(g.read, 5), outcome(g.write, b"a"), outcome(g.close), outcome(g.close))

# What is no stream.
for thing in (5, None, "text", object()):
    g = deflate.DeflateIO(thing, deflate.RAW, 0, True)
    print(outcome(g.read), outcome(g.write, b""), outcome(g.close), outcome(g.read))

# Finalised by hand.
g = deflate.DeflateIO(io.BytesIO(data))
print(g.read(3))
g.__del__()
g.__del__()
print(outcome(g.read), outcome(g.write, b"x"), outcome(g.close))

# Nothing, in both directions.
print(compressed(b""), outcome(deflate.DeflateIO(io.BytesIO(compressed(b"", deflate.GZIP))).read))
print(outcome(deflate.DeflateIO(io.BytesIO(b"")).read), deflate.DeflateIO(io.BytesIO(data)).read(0))
