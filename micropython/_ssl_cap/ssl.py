# TLS with certificates and keys from files, on top of the contexts of `tls`.

import _ssl_cap
from _ssl_cap import (
    CERT_NONE,
    CERT_OPTIONAL,
    CERT_REQUIRED,
    PROTOCOL_TLS_CLIENT,
    PROTOCOL_TLS_SERVER,
)

OPENSSL_VERSION = _ssl_cap.openssl_version()


def _content(file):
    # Bytes are the content itself.
    if not isinstance(file, str):
        return file
    with open(file, "rb") as f:
        return f.read()


class SSLContext:
    def __init__(self, protocol):
        self._context = _ssl_cap.SSLContext(protocol)

    @property
    def verify_mode(self):
        return self._context.verify_mode

    @verify_mode.setter
    def verify_mode(self, mode):
        self._context.verify_mode = mode

    def get_ciphers(self):
        return self._context.get_ciphers()

    def set_ciphers(self, ciphers):
        self._context.set_ciphers(ciphers)

    def load_cert_chain(self, certfile, keyfile):
        self._context.load_cert_chain(_content(certfile), _content(keyfile))

    def load_verify_locations(self, cafile=None, cadata=None):
        self._context.load_verify_locations(cadata if cafile is None else _content(cafile))

    def load_default_certs(self):
        self._context.load_default_certs()

    def wrap_socket(
        self, sock, server_side=False, do_handshake_on_connect=True, server_hostname=None
    ):
        return self._context.wrap_socket(
            sock,
            server_side=server_side,
            do_handshake_on_connect=do_handshake_on_connect,
            server_hostname=server_hostname,
        )


def wrap_socket(
    sock,
    server_side=False,
    key=None,
    cert=None,
    cert_reqs=CERT_NONE,
    cadata=None,
    server_hostname=None,
    do_handshake=True,
):
    context = SSLContext(PROTOCOL_TLS_SERVER if server_side else PROTOCOL_TLS_CLIENT)
    context.verify_mode = cert_reqs
    if key is not None or cert is not None:
        context.load_cert_chain(cert, key)
    if cadata is not None:
        context.load_verify_locations(cadata=cadata)
    return context.wrap_socket(sock, server_side, do_handshake, server_hostname)
