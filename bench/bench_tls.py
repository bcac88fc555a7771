"""Times TLS between a client and a server that are both in this process, from memory to memory. Prints a JSON
list of rows: a name, the seconds of one, and the bytes where there are some.

    python bench_tls.py handshakes FILE     connections made, with the same groups on both sides
    python bench_tls.py records FILE        blocks of 16 KiB encrypted, carried and decrypted
    python bench_tls.py contexts FILE       contexts made, and certificates loaded
    python bench_tls.py defaults FILE       what depends on what an OpenSSL has for defaults

FILE has authorities to trust; certificates, keys and their own authorities are beside it.
"""

import os
import ssl
import sys
from collections import namedtuple
from functools import partial

import measure

BLOCK = 16 << 10

TLS12, TLS13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3

# OpenSSL 3.5 would agree on X25519MLKEM768, which earlier ones do not have.
GROUP = "X25519"

# A cipher as OpenSSL calls it and the version to use it in, and what a row calls them.
RECORDS = {
    ("ECDHE-RSA-AES128-GCM-SHA256", TLS12): "TLS 1.2, AES-128-GCM",
    ("ECDHE-RSA-AES256-GCM-SHA384", TLS12): "TLS 1.2, AES-256-GCM",
    ("ECDHE-RSA-CHACHA20-POLY1305", TLS12): "TLS 1.2, ChaCha20-Poly1305",
    ("TLS_AES_256_GCM_SHA384", TLS13): "TLS 1.3, AES-256-GCM (its default)",
}

Contexts = namedtuple("Contexts", "client server")


def make_contexts(folder, key, version, cipher=None, group=GROUP):
    """Of a client that trusts only the authority of this kind of key, and of a server with such a key."""
    made = Contexts(
        ssl.create_default_context(cafile=f"{folder}/{key}-ca.pem"),
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH),
    )
    made.server.load_cert_chain(f"{folder}/{key}.pem", f"{folder}/{key}.key")
    for context in made:
        context.minimum_version = context.maximum_version = version
        if group is not None:
            context.set_ecdh_curve(group)
        if cipher is not None and version == TLS12:
            context.set_ciphers(cipher)
    return made


class Side:
    """One end of a connection."""

    def __init__(self, context, **arguments):
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, **arguments)

    def carry(self, other):
        if data := self.outgoing.read():
            other.incoming.write(data)

    def shake(self, other):
        """A step of the handshake. Returns whether it is the last."""
        try:
            self.tls.do_handshake()
            return True
        except ssl.SSLWantReadError:
            return False
        finally:
            self.carry(other)


def connect(contexts, session=None):
    client = Side(contexts.client, server_hostname="localhost", session=session)
    server = Side(contexts.server, server_side=True)
    while not all([client.shake(server), server.shake(client)]):
        pass
    return client, server


def session_of(contexts):
    """What resumes a connection later. In TLS 1.3 it comes with the first that the server says."""
    client, server = connect(contexts)
    server.tls.write(b"one")
    server.carry(client)
    client.tls.read(3)
    return client.tls.session


def handshake(name, contexts, session=None):
    client, _ = connect(contexts, session)
    if client.tls.session_reused != (session is not None):
        sys.exit(f"{name}: this is not what the handshake was")
    return measure.row(name, partial(connect, contexts, session))


def handshakes(folder):
    ecdsa, rsa = (make_contexts(folder, key, TLS13) for key in ("ecdsa", "rsa"))
    older = make_contexts(folder, "rsa", TLS12, "ECDHE-RSA-AES256-GCM-SHA384")
    yield handshake("TLS 1.3, ECDSA P-256", ecdsa)
    yield handshake("TLS 1.3, RSA-2048", rsa)
    yield handshake("TLS 1.2, ECDHE, RSA-2048", older)
    yield handshake("TLS 1.3, resumed", ecdsa, session_of(ecdsa))
    yield handshake("TLS 1.2, resumed", older, session_of(older))


def sender(folder, cipher, version):
    """A function that sends a block to the other side and returns what came out there."""
    client, server = connect(make_contexts(folder, "rsa", version, cipher))
    if client.tls.cipher()[0] != cipher:
        sys.exit(f"{client.tls.cipher()[0]} was agreed on, not {cipher}")
    block = os.urandom(BLOCK)

    def send():
        client.tls.write(block)
        client.carry(server)
        return server.tls.read(BLOCK)

    if send() != block:
        sys.exit(f"{cipher}: what was received is not what was sent")
    return send


def records(folder):
    for (cipher, version), name in RECORDS.items():
        yield measure.row(name, sender(folder, cipher, version), BLOCK)


def contexts(folder):
    authorities = f"{folder}/authorities.pem"
    yield measure.row(
        "`create_default_context(cafile=...)`", partial(ssl.create_default_context, cafile=authorities)
    )
    for key, name in (("ecdsa", "ECDSA P-256"), ("rsa", "RSA-2048")):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        load = partial(context.load_cert_chain, f"{folder}/{key}.pem", f"{folder}/{key}.key")
        yield measure.row(f"`load_cert_chain(...)`, {name}", load)


def defaults(folder):
    first = measure.series(ssl.create_default_context, 1)
    if not ssl.create_default_context().get_ca_certs():
        sys.exit("no authorities are trusted by default")
    yield "`create_default_context()`, a process's first", {"seconds": first}
    yield measure.row("`create_default_context()`, one more", ssl.create_default_context)
    yield handshake("TLS 1.3, ECDSA P-256, its own groups", make_contexts(folder, "ecdsa", TLS13, group=None))


def main():
    what, file = sys.argv[1:]
    made = {"handshakes": handshakes, "records": records, "contexts": contexts, "defaults": defaults}[what]
    measure.report(made(os.path.dirname(file)))


main()
