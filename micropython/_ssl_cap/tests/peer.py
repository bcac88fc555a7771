# What client.py, server.py and streams.py have in common. Options and reports are as those of the scripts of the same
# names in crates/pyforge/tests/tls, so that each can meet its namesake there, run by native Python.
#
# Of the options, those that `ssl` has something for here are listened to. `error` in a report has the exception's
# class, its number and its text.

import hashlib
import json
import select
import ssl
import sys

#: What either side waits for the other, at most, in milliseconds.
PATIENCE = 25000

BLOCK = 1 << 16
FILLING = bytes(range(256)) * (BLOCK // 256)


def context(purpose, options, folder):
    server = purpose == "server"
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
    made.verify_mode = getattr(ssl, options.get("verify", "CERT_NONE" if server else "CERT_REQUIRED"))
    ca = options.get("ca", "ca.pem")
    if ca:
        made.load_verify_locations(cafile=folder + "/" + ca)
    if options.get("built_in"):
        made.load_default_certs()
    name = options.get("certificate")
    if name:
        made.load_cert_chain(folder + "/" + name + ".pem", folder + "/" + name + ".key")
    if "ciphers" in options:
        made.set_ciphers(options["ciphers"])
    return made


def told(error):
    number = error.errno if isinstance(error, OSError) else None
    return {"class": type(error).__name__, "number": number, "text": str(error)}


class Connection:
    def __init__(self, plain, options, seen):
        self.socket, self.options, self.seen = plain, options, seen
        self.waits = options.get("nonblocking", False)
        plain.setblocking(not self.waits)

    def wrap(self, made, **arguments):
        now = not self.waits and self.options.get("handshake_now", True)
        self.socket = made.wrap_socket(self.socket, do_handshake_on_connect=now, **arguments)

    # Calls what returns None when it has to wait.
    def call(self, event, function, *arguments):
        while True:
            result = function(*arguments)
            if result is not None:
                return result
            poll = select.poll()
            poll.register(self.socket, event)
            if not poll.poll(PATIENCE):
                raise OSError("nothing to read or to write")

    def look(self):
        der = self.socket.getpeercert(True)
        cipher = self.socket.cipher()
        self.seen["version"] = cipher and cipher[1]
        self.seen["cipher"] = cipher and cipher[0]
        self.seen["certificate"] = der and hashlib.sha256(der).digest().hex()

    def take(self, steps):
        for step in steps:
            getattr(self, "do_" + step[0])(*step[1:])

    def send(self, data):
        data = memoryview(data)
        while len(data):
            data = data[self.call(select.POLLOUT, self.socket.write, data) :]

    def read(self, size):
        return self.call(select.POLLIN, self.socket.read, size)

    def line(self):
        line = b""
        while not line.endswith(b"\n"):
            more = self.call(select.POLLIN, self.socket.readline)
            if not more:
                break
            line += more
        return line.rstrip().decode()

    # Reads to the end; an end that is none is an error of the connection.
    def rest(self):
        rest = b""
        while True:
            more = self.read(BLOCK)
            if not more:
                return rest
            rest += more

    def do_send(self, text):
        self.send(text.encode())

    def do_line(self):
        self.seen.setdefault("lines", []).append(self.line())

    def do_look(self):
        self.look()

    def do_eof(self):
        self.seen["rest"] = self.rest().decode()

    def do_eof_bytes(self):
        self.rest()

    def do_upload(self, size):
        digest = hashlib.sha256()
        for number in range(size // BLOCK):
            block = number.to_bytes(8, "big") + FILLING[8:]
            digest.update(block)
            self.send(block)
        self.seen["sent"] = [size, digest.digest().hex()]

    def do_download(self, size):
        digest, left = hashlib.sha256(), size
        while left:
            data = self.read(min(left, BLOCK))
            if not data:
                break
            digest.update(data)
            left -= len(data)
        self.seen["received"] = [size - left, digest.digest().hex()]

    def head(self):
        first = line = self.line()
        while line:
            line = self.line()
        return first

    # Asks an HTTP server for a path; of a page that is another each time only the status is told.
    def do_get(self, path):
        self.do_status(path, tell=True)

    def do_status(self, path, tell=False):
        self.send(b"GET %s HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n" % path.encode())
        self.seen["status"] = self.head()
        body = self.rest()
        if tell:
            answer = {"size": len(body), "start": body[:200].decode()}
            self.seen.setdefault("answers", []).append(answer)

    def do_answer(self, text):
        self.seen["request"] = self.head()
        head = "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
        self.send((head % len(text) + text).encode())

    # Ends both directions, as far as this module can: it reads the peer's end, and tells its own when it closes.
    def do_unwrap(self):
        if self.options.get("ends_first"):
            self.socket.close()
        else:
            self.do_eof()
            self.socket.close()

    # Closes the connection below; of TLS's end the other side is not told.
    def do_cut(self):
        self.plain.close()

    do_close = do_cut


# Shakes hands on a connected socket and takes the steps.
def connection(plain, options, seen, made, **arguments):
    one = Connection(plain, options, seen)
    one.plain = plain
    try:
        if options.get("handshake", True):
            one.wrap(made, **arguments)
            if one.waits or not options.get("handshake_now", True):
                seen["before"] = [one.socket.cipher(), one.socket.getpeercert(True)]
            else:
                one.look()
        one.take(options.get("steps", []))
    except (OSError, ValueError) as error:
        seen["error"] = told(error)
    try:
        one.socket.close()
    except OSError:
        pass


# The folder and the options that the command line names.
def begin():
    return sys.argv[1], json.loads(sys.argv[2])


# Prints the report; the same many times over is told once.
def say(*connections, **more):
    told_once = []
    for seen in connections:
        if told_once and told_once[-1]["seen"] == seen:
            told_once[-1]["times"] += 1
        else:
            told_once.append({"times": 1, "seen": seen})
    report = {"connections": told_once}
    report.update(more)
    print(json.dumps(report))
