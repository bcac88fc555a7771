"""Calls of everything in ssl, each to be made again and again."""

import os
import ssl

import _ssl

HERE = os.path.dirname(__file__)
# A certificate for itself and its key, as it is and encrypted.
CERTIFICATE = os.path.join(HERE, "localhost.pem")
ENCRYPTED = os.path.join(HERE, "localhost.passwd.pem")
DATA = b"some words, some more words, and the words again. " * 20
MUCH = DATA * 200
HOST = "localhost"

with open(CERTIFICATE) as file:
    PEM = file.read().partition("-----BEGIN PRIVATE KEY")[0]
DER = ssl.PEM_cert_to_DER_cert(PEM)


def server_context(**settings):
    it = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    it.load_cert_chain(CERTIFICATE)
    for name, value in settings.items():
        setattr(it, name, value)
    return it


def client_context(**settings):
    it = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    it.load_verify_locations(cadata=PEM)
    for name, value in settings.items():
        setattr(it, name, value)
    return it


SERVER = server_context()
CLIENT = client_context()
SERVER_1_2 = server_context(maximum_version=ssl.TLSVersion.TLSv1_2)
MUTUAL = server_context(verify_mode=ssl.CERT_REQUIRED, post_handshake_auth=True)
MUTUAL.load_verify_locations(cadata=PEM)
KNOWN = client_context(post_handshake_auth=True)
KNOWN.load_cert_chain(CERTIFICATE)
STRANGER = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Pair:
    """A client and a server that have memory between them."""

    def __init__(self, client=CLIENT, server=SERVER, session=None, host=HOST):
        there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.client = client.wrap_bio(back, there, server_hostname=host, session=session)
        self.server = server.wrap_bio(there, back, server_side=True)

    def shake_hands(self):
        sides = {self.client.do_handshake, self.server.do_handshake}
        while sides:
            for call in list(sides):
                try:
                    call()
                    sides.remove(call)
                except ssl.SSLWantReadError:
                    pass
        return self


OPEN = Pair().shake_hands()


def received(side, size):
    data = b""
    while len(data) < size:
        data += side.read(size)
    return data


def transferred(data, pair=OPEN):
    def call():
        pair.client.write(data)
        assert received(pair.server, len(data)) == data
        pair.server.write(data)
        assert received(pair.client, len(data)) == data
    return call


def refused(error, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except error:
        return
    raise AssertionError("it was not refused")


def refuses(error, call, *args, **kwargs):
    return lambda: refused(error, call, *args, **kwargs)


def closed():
    pair = Pair().shake_hands()
    refused(ssl.SSLWantReadError, pair.client.unwrap)
    assert pair.server.read() == b""
    pair.server.unwrap()
    pair.client.unwrap()


def cut_off():
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = CLIENT.wrap_bio(back, there, server_hostname=HOST)
    refused(ssl.SSLWantReadError, client.do_handshake)
    back.write_eof()
    refused(ssl.SSLEOFError, client.do_handshake)


def no_tls():
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    there.write(b"GET / HTTP/1.0\r\n\r\n")
    refused(ssl.SSLError, SERVER.wrap_bio(there, back, server_side=True).do_handshake)


def resumed():
    first = Pair(server=SERVER_1_2).shake_hands()
    session = first.client.session
    assert session.id and session.time and session.timeout and session.has_ticket
    second = Pair(server=SERVER_1_2, session=session).shake_hands()
    assert second.client.session_reused and second.client.session == session


def told():
    it = OPEN.client
    assert it.getpeercert()["subject"] and it.getpeercert(True) == DER
    assert it.get_verified_chain() and it.get_unverified_chain()
    assert it.cipher() and it.version() and it.pending() == 0 and not it.selected_alpn_protocol()
    assert OPEN.server.shared_ciphers() and it.get_channel_binding()
    assert not it.session_reused


def certificate():
    it, = OPEN.client._sslobj.get_unverified_chain()
    assert it.get_info() and repr(it) and hash(it) and it == it
    assert it.public_bytes() and it.public_bytes(_ssl.ENCODING_DER) == DER


def mutual():
    pair = Pair(client=KNOWN, server=MUTUAL).shake_hands()
    refused(ssl.SSLWantReadError, pair.client.read, 1)
    pair.server.verify_client_post_handshake()
    pair.server.write(b"a")
    assert pair.client.read(1) == b"a"
    pair.client.write(b"b")
    assert pair.server.read(1) == b"b"


def named():
    names = []
    server = server_context(sni_callback=lambda _, name, context: names.append(name))
    Pair(server=server).shake_hands()
    assert names == [HOST]
    # ssl's own wrapper of the callback keeps the context alive.
    server.sni_callback = None


def moved():
    def move(connection, name, context):
        connection.context = SERVER

    server = server_context(sni_callback=move)
    Pair(server=server).shake_hands()
    server.sni_callback = None


def not_named():
    server = server_context(sni_callback=lambda *_: ssl.ALERT_DESCRIPTION_ACCESS_DENIED)
    refused(ssl.SSLError, Pair(server=server).shake_hands)
    server.sni_callback = None


def watched():
    # Without the connection: CPython does not see such a cycle.
    seen = []
    client = client_context(_msg_callback=lambda _, *message: seen.append(message))
    Pair(client=client).shake_hands()
    assert seen


def agreed():
    client, server = client_context(), server_context()
    client.set_alpn_protocols(["two", "one"])
    server.set_alpn_protocols(["one", "two"])
    pair = Pair(client, server).shake_hands()
    assert pair.client.selected_alpn_protocol() == pair.server.selected_alpn_protocol() == "one"


def shared_key(key):
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    client.set_ciphers("PSK")
    client.set_psk_client_callback(lambda hint: ("me", b"key"))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.maximum_version = ssl.TLSVersion.TLSv1_2
    server.set_ciphers("PSK")
    server.set_psk_server_callback(lambda identity: key, "hint")
    return Pair(client, server)


def settings():
    it = client_context()
    it.options |= ssl.OP_NO_TICKET
    it.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    it.minimum_version = ssl.TLSVersion.TLSv1_3
    it.set_ciphers("AESGCM")
    it.set_ecdh_curve("prime256v1")
    assert it.security_level >= 0 and it.session_stats() and it.cert_store_stats()["x509"] == 1


CALLS = {
    "SSLContext": lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    "SSLContext, refused": refuses(ValueError, ssl.SSLContext, 99),
    "settings": settings,
    "set_ciphers, refused": refuses(ssl.SSLError, STRANGER.set_ciphers, "none of these"),
    "set_ecdh_curve, refused": refuses(ValueError, STRANGER.set_ecdh_curve, "none"),
    "get_ciphers": lambda: CLIENT.get_ciphers(),
    "get_ca_certs": lambda: CLIENT.get_ca_certs(),
    "get_ca_certs, binary": lambda: CLIENT.get_ca_certs(True),
    "load_cert_chain": lambda: SERVER.load_cert_chain(CERTIFICATE),
    "load_cert_chain, encrypted": lambda: SERVER.load_cert_chain(ENCRYPTED, password="password"),
    "load_cert_chain, called for": lambda: SERVER.load_cert_chain(ENCRYPTED, password=lambda: b"password"),
    "load_cert_chain, wrong password": refuses(
        ssl.SSLError, STRANGER.load_cert_chain, ENCRYPTED, password="no"),
    "load_cert_chain, no file": refuses(FileNotFoundError, STRANGER.load_cert_chain, "/nowhere/to/be/found"),
    "load_cert_chain, no certificate": refuses(ssl.SSLError, STRANGER.load_cert_chain, __file__),
    "load_verify_locations": lambda: CLIENT.load_verify_locations(CERTIFICATE),
    "load_verify_locations, data": lambda: CLIENT.load_verify_locations(cadata=DER),
    "load_verify_locations, refused": refuses(ssl.SSLError, STRANGER.load_verify_locations, cadata="no"),
    "load_verify_locations, folder": lambda: CLIENT.load_verify_locations(capath=HERE),
    "load_dh_params, refused": refuses(ssl.SSLError, STRANGER.load_dh_params, CERTIFICATE),
    "handshake": lambda: Pair().shake_hands(),
    "handshake, of two": lambda: Pair(server=SERVER_1_2).shake_hands(),
    "handshake, not begun": lambda: Pair(),
    "handshake, no host": refuses(ssl.SSLCertVerificationError, lambda: Pair(host="elsewhere").shake_hands()),
    "handshake, not trusted": refuses(ssl.SSLCertVerificationError, lambda: Pair(STRANGER).shake_hands()),
    "handshake, cut off": cut_off,
    "handshake, no TLS": no_tls,
    "unwrap": closed,
    "session": resumed,
    "read, write": transferred(DATA),
    "read, write, much": transferred(MUCH),
    "read, nothing": refuses(ssl.SSLWantReadError, OPEN.client.read),
    "getpeercert and others": told,
    "certificate": certificate,
    "post-handshake authentication": mutual,
    "sni_callback": named,
    "sni_callback, another context": moved,
    "sni_callback, refused": not_named,
    "message callback": watched,
    "protocols": agreed,
    "pre-shared key": lambda: shared_key(b"key").shake_hands(),
    "pre-shared key, refused": refuses(ssl.SSLError, lambda: shared_key(b"other").shake_hands()),
    "RAND_bytes": lambda: ssl.RAND_bytes(100),
    "RAND_add": lambda: ssl.RAND_add(DATA, 1.0),
    "RAND_status": ssl.RAND_status,
    "txt2obj": lambda: _ssl.txt2obj("1.3.6.1.5.5.7.3.1"),
    "txt2obj, refused": refuses(ValueError, _ssl.txt2obj, "none"),
    "nid2obj": lambda: _ssl.nid2obj(129),
    "get_default_verify_paths": ssl.get_default_verify_paths,
    "decode": lambda: _ssl._test_decode_cert(CERTIFICATE),
}

# What makes many calls.
SLOW = {name for name in CALLS if name.startswith(("load_", "settings", "SSLContext"))} | {
    "certificate",
    "decode",
    "get_ca_certs",
    "get_ciphers",
    "getpeercert and others",
    "handshake, no TLS",
    "handshake, not begun",
}

# What makes keys.
RARE = {
    name for name in CALLS if name not in SLOW and name.startswith(("handshake", "pre-shared", "session", "sni_"))
} | {
    "message callback",
    "post-handshake authentication",
    "protocols",
    "read, write, much",
    "unwrap",
}
