# Connections over streams of Python's own, which take and give what they like, raise, and call back. Prints a line for
# each thing that holds; anything else is an exception.
#
#     pipes.py FOLDER [NAME...]

import errno
import gc
import io
import ssl
import sys

FOLDER = sys.argv[1]
POLL, CLOSE, RD, WR, NVAL = 3, 4, 1, 4, 32
DATA = bytes(range(256)) * 400


# One end of a pipe. `take` and `give` are the most bytes of one call, 0 for none: it would block.
class End(io.IOBase):
    def __init__(self):
        self.incoming, self.other = bytearray(), None
        self.take = self.give = 1 << 30
        self.closed, self.before_read, self.before_write = 0, None, None

    def readinto(self, buf):
        if self.before_read:
            self.before_read(buf)
        size = min(len(buf), len(self.incoming), self.give)
        if size == 0:
            return 0 if self.other.closed and not self.incoming else None
        buf[:size] = self.incoming[:size]
        self.incoming = self.incoming[size:]
        return size

    def write(self, buf):
        if self.before_write:
            self.before_write(buf)
        size = min(len(buf), self.take)
        self.other.incoming.extend(bytes(buf)[:size])
        return size or None

    def ioctl(self, request, flags):
        if request == POLL:
            readable = RD if self.incoming and self.give else 0
            return flags & (readable | (WR if self.take else 0))
        if request == CLOSE:
            self.closed += 1
        return 0

    def setblocking(self, flag):
        pass


def ends():
    one, other = End(), End()
    one.other, other.other = other, one
    return one, other


def contexts(certificate="ecdsa"):
    client, server = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    client.load_verify_locations(cafile=FOLDER + "/ca.pem")
    server.load_cert_chain(FOLDER + "/" + certificate + ".pem", FOLDER + "/" + certificate + ".key")
    return client, server


CLIENT, SERVER = contexts()


def pair(one, other):
    client = CLIENT.wrap_socket(one, do_handshake_on_connect=False, server_hostname="localhost")
    server = SERVER.wrap_socket(other, do_handshake_on_connect=False, server_side=True)
    return client, server


def shaken(one, other):
    client, server = pair(one, other)
    for _ in range(10):
        assert client.read(1) is None and server.read(1) is None
    return client, server


# What a call raises.
def raised(function, *arguments):
    try:
        function(*arguments)
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def number(function, *arguments):
    return raised(function, *arguments).errno


# Sends all of it while the other side reads.
def transfer(sender, receiver, data):
    sent, received = memoryview(data), b""
    for _ in range(1 << 20):
        if len(received) == len(data):
            return received
        if len(sent):
            sent = sent[sender.write(sent) or 0 :]
        received += receiver.read(4096) or b""
    raise AssertionError("nothing moves")


def check_pieces():
    for take in 1 << 30, 5000, 100, 7:
        one, other = ends()
        one.take = other.give = take
        client, server = shaken(one, other)
        assert transfer(client, server, DATA) == DATA
        assert transfer(server, client, DATA) == DATA
        client.close()
        assert server.read(1) == b"" and one.closed == 1
    # A stream that takes a byte at a time does not take a farewell at once.
    one, other = ends()
    one.take, other.give = 1, 1
    client, server = shaken(one, other)
    assert transfer(client, server, DATA[:3000]) == DATA[:3000]


def check_held():
    one, other = ends()
    client, server = shaken(one, other)
    one.take = 100
    calls = 0

    def once(buf):
        nonlocal calls
        calls += 1
        one.take = 100 if calls == 1 else 0

    one.before_write = once
    assert client.write(b"x" * 1000) is None
    assert client.ioctl(POLL, WR) == 0 and client.ioctl(POLL, RD) == 0
    assert client.read(1) is None
    # The read waits for both.
    one.before_write, one.take = None, 1 << 30
    assert client.ioctl(POLL, RD) & RD
    one.take = 0
    assert client.write(b"x" * 1000) is None
    one.take = 1 << 30
    assert number(client.write, b"x" * 999) == errno.EINVAL
    assert client.write(b"x" * 1000) == 1000
    assert server.read(2000) == b"x" * 1000
    # What a blocked stream did not take is tried once more at the end.
    one.take = 0
    assert client.write(b"last") is None
    one.take = 1 << 30
    client.close()
    assert server.read(10) == b"last" and server.read(1) == b""


def check_exceptions():
    class Broken(Exception):
        pass

    def fail(buf):
        raise Broken

    # Nothing is lost by a read that fails.
    one, other = ends()
    client, server = pair(one, other)
    one.before_read = fail
    assert type(raised(client.read, 1)) is Broken
    assert type(raised(client.write, b"1")) is Broken
    one.before_read = None
    for _ in range(10):
        assert client.read(1) is None and server.read(1) is None
    assert transfer(client, server, DATA) == DATA
    # Nobody knows what a write that fails has sent.
    one.before_write = fail
    assert type(raised(client.write, b"1")) is Broken
    one.before_write = None
    assert number(client.write, b"1") == errno.EIO
    assert server.write(b"still heard") == 11 and client.read(20) == b"still heard"
    client.close()
    assert number(server.read, 1) == -29312
    # In wrap_socket.
    one, other = ends()
    one.before_write = fail
    wrap = lambda: CLIENT.wrap_socket(one, server_hostname="localhost")
    assert type(raised(wrap)) is Broken and one.closed == 0
    # At the end: the stream is closed all the same.
    one, other = ends()
    client, server = shaken(one, other)
    one.before_write = fail
    assert type(raised(client.close)) is Broken and one.closed == 1
    client.close()
    assert one.closed == 1


def check_callbacks():
    one, other = ends()
    client, server = pair(one, other)
    seen = []

    def call(buf):
        for function in (lambda: client.read(1), lambda: client.write(b"1"), client.close):
            seen.append(number(function))
        client.__del__()
        seen.append(client.ioctl(POLL, WR))
        client.cipher(), client.getpeercert(True)

    one.before_read = one.before_write = call
    for _ in range(10):
        assert client.read(1) is None and server.read(1) is None
    one.before_read = one.before_write = None
    assert set(seen) == {errno.EALREADY, WR}
    assert transfer(client, server, DATA) == DATA


def check_dishonest():
    class Liar(End):
        def readinto(self, buf):
            return self.lie(len(buf))

        def write(self, buf):
            return self.lie(len(buf))

    for lie, expected in (
        (lambda size: size + 1, errno.EIO),
        (lambda size: -errno.EPERM, errno.EPERM),
        (lambda size: 1 << 29, errno.EIO),
    ):
        one = Liar()
        one.lie = lie
        wrap = lambda: CLIENT.wrap_socket(one, server_hostname="localhost")
        assert number(wrap) == expected
    # Of zero bytes at a time nothing comes.
    one.lie = lambda size: 0
    client = CLIENT.wrap_socket(one, server_hostname="localhost", do_handshake_on_connect=False)
    assert client.write(b"1") is None and client.read(1) is None


# Buffers that the stream keeps stay memory, whatever is in them later.
def check_kept():
    kept = []
    one, other = ends()
    one.before_read = one.before_write = lambda buf: kept.append(memoryview(buf))
    client, server = shaken(one, other)
    assert transfer(client, server, DATA) == DATA
    assert transfer(server, client, DATA) == DATA
    client.close()
    assert sum(len(buf) for buf in kept) > 2 * len(DATA)


def check_nested():
    one, other = ends()
    outer_client, outer_server = shaken(one, other)
    client, server = shaken(outer_client, outer_server)
    assert transfer(client, server, DATA) == DATA
    assert transfer(server, client, DATA) == DATA
    client.close()
    assert server.read(1) == b"" and one.closed == 1


def check_closing():
    # In the middle of a handshake.
    one, other = ends()
    client, server = pair(one, other)
    assert client.read(1) is None and server.read(1) is None
    client.close()
    assert number(client.read, 1) == number(client.write, b"1") == number(client.cipher) == errno.EBADF
    assert client.ioctl(POLL, RD) == NVAL
    assert number(server.read, 1) == -29312 and server.ioctl(POLL, RD) == NVAL
    server.close()
    assert one.closed == other.closed == 1
    # One side after the other.
    one, other = ends()
    client, server = shaken(one, other)
    server.close()
    assert client.ioctl(POLL, RD) == RD and client.read(10) == b"" and client.read(10) == b""
    assert client.ioctl(POLL, RD) == RD
    client.close()
    # A stream that takes nothing any more.
    one, other = ends()
    client, server = shaken(one, other)
    one.take = 0
    client.close()
    assert one.closed == 1


def check_cut():
    one, other = ends()
    client, server = shaken(one, other)
    server.write(b"whole")
    other.closed = 1
    assert client.read(5) == b"whole"
    assert number(client.read, 1) == -29312 and number(client.read, 1) == -29312
    # In the middle of a record.
    one, other = ends()
    client, server = shaken(one, other)
    server.write(b"half")
    one.incoming = one.incoming[:-1]
    other.closed = 1
    assert number(client.read, 1) == -29312
    # With a byte that is another.
    one, other = ends()
    client, server = shaken(one, other)
    server.write(b"other")
    one.incoming[-1] ^= 1
    assert number(client.read, 1) == -29056
    assert number(server.read, 1) == -30592


def check_garbage():
    record = b"\x16\x03\x01"
    for garbage in (
        b"fooba",
        record + b"\xff\xff" + b"x" * 70000,
        record + b"\x40\x00" + b"\x01\xff\xff\xff" * 4096,
    ):
        for role in 0, 1:
            one, other = ends()
            side = pair(one, other)[role]
            (one, other)[role].incoming.extend(garbage)
            assert raised(side.read, 1).errno < 0 and side.ioctl(POLL, RD) == NVAL


def check_contexts():
    # Connections go on without their context.
    client_context, server_context = contexts()
    one, other = ends()
    client = client_context.wrap_socket(one, False, False, "localhost")
    server = server_context.wrap_socket(other, True, False)
    for context in client_context, server_context:
        context._context.__del__()
        context._context.__del__()
        assert number(context.load_default_certs) == errno.EBADF
        assert number(lambda: context.wrap_socket(one, server_hostname="localhost")) == errno.EBADF
    for _ in range(10):
        assert client.read(1) is None and server.read(1) is None
    assert transfer(client, server, DATA) == DATA
    client.__del__()
    client.__del__()
    assert number(client.read, 1) == errno.EBADF
    # A pair that belongs together takes the place of another.
    context = contexts()[1]
    for name in "second", "rsa", "ed25519", "ecdsa":
        context.load_cert_chain(FOLDER + "/" + name + ".pem", FOLDER + "/" + name + ".key")
    mixed = raised(context.load_cert_chain, FOLDER + "/ecdsa.pem", FOLDER + "/second.key")
    assert str(mixed) == "key values mismatch"
    context.load_cert_chain(FOLDER + "/ecdsa.pem", FOLDER + "/ecdsa.key")
    assert str(raised(CLIENT.load_verify_locations, None, b"")) == "invalid cert"
    assert type(raised(CLIENT.load_verify_locations)) is TypeError
    for mode in -1, 3:
        assert type(raised(setattr, context, "verify_mode", mode)) is ValueError
    assert type(raised(ssl.SSLContext, 2)) is ValueError
    wrap = lambda: CLIENT.wrap_socket(one, server_side=True)
    assert type(raised(wrap)) is ValueError


def check_drops():
    free = None
    for count in range(600):
        client, server = shaken(*ends())
        transfer(client, server, b"some")
        if count % 2:
            client.close()
        client = server = None
        if count % 50 == 49:
            gc.collect()
            free = free or gc.mem_free()
            assert gc.mem_free() > free - (1 << 20)
    for count in range(300):
        contexts()
        if count % 50 == 49:
            gc.collect()


for name in sys.argv[2:] or (
    "pieces held exceptions callbacks dishonest kept nested closing cut garbage contexts drops"
).split():
    globals()["check_" + name]()
    print(name)
