"""What client.py and server.py have in common: a context made of options, a connection that steps are taken on, and
what there is to tell of it afterwards.

Options are JSON, so that one table of the test says what both sides do. All files are in one folder, which has another
name in the guest. Nothing that differs from run to run is told, except below `differs`: the rest is compared.
"""

import base64
import errno
import hashlib
import json
import re
import select
import socket
import ssl
import sys
from pathlib import Path

#: What either side waits for the other, at most, in seconds, unless the options say.
PATIENCE = 25

BLOCK = 1 << 16
FILLING = bytes(range(256)) * (BLOCK // 256)


def context(purpose, options, folder, seen):
    """A context as the options say; what its callbacks are asked goes to `seen`."""
    server = purpose == "server"
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = options.get("check_hostname", not server)
    made.verify_mode = ssl.VerifyMode[options.get("verify", "CERT_NONE" if server else "CERT_REQUIRED")]
    made.load_verify_locations(folder / options.get("ca", "ca.pem"))
    if crl := options.get("crl"):
        made.load_verify_locations(folder / crl)
        made.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    if name := options.get("certificate"):
        made.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key", password(options, seen))
    for end in "minimum_version", "maximum_version":
        setattr(made, end, ssl.TLSVersion[options.get("version", options.get(end, getattr(made, end).name))])
    for name in options.get("options", []):
        made.options |= ssl.Options[name]
    if ciphers := options.get("ciphers"):
        made.set_ciphers(ciphers)
    if curve := options.get("curve"):
        made.set_ecdh_curve(curve)
    if protocols := options.get("alpn"):
        made.set_alpn_protocols(protocols)
    if keylog := options.get("keylog"):
        made.keylog_filename = folder / keylog
    if "tickets" in options:
        made.num_tickets = options["tickets"]
    made.post_handshake_auth = options.get("post_handshake_auth", False)
    if sni := options.get("sni"):
        made.sni_callback = switch(sni, folder, seen)
    if psk := options.get("psk"):
        share(made, server, psk, seen)
    return made


def password(options, seen):
    if "password_callback" not in options:
        return options.get("password")

    def callback():
        seen["asked_password"] = seen.get("asked_password", 0) + 1
        return options["password_callback"]

    return callback


def switch(answers, folder, seen):
    """The callback that has another context, or an alert, for a name."""
    contexts = {
        name: context("server", answer, folder, seen)
        for name, answer in answers.items()
        if not isinstance(answer, str)
    }

    def callback(connection, name, original):
        seen.setdefault("asked_names", []).append(name)
        if name in contexts:
            connection.context = contexts[name]
        elif name in answers:
            return ssl.AlertDescription[answers[name]]

    return callback


def share(made, server, psk, seen):
    key = bytes.fromhex(psk["key"])
    if server:

        def known(identity):
            seen.setdefault("asked_identities", []).append(identity)
            return key if identity == psk["identity"] else b""

        made.set_psk_server_callback(known, psk.get("hint"))
    else:

        def own(hint):
            seen.setdefault("hints", []).append(hint)
            return psk["identity"], key

        made.set_psk_client_callback(own)


# What OpenSSL 3.0, or the module's tables for it, said of failures that newer ones name otherwise.
SINCE_3_0 = {
    "DECRYPTION_FAILED_OR_BAD_RECORD_MAC": ("RECORD_LAYER_FAILURE", "record layer failure"),
    "SSLV3_ALERT_ILLEGAL_PARAMETER": ("TLSV1_ALERT_DECRYPT_ERROR", "decrypt error"),
    "TLSV1_ALERT_UNKNOWN_PSK_IDENTITY": (None, "unknown psk identity"),
}


def told(error):
    """An exception as JSON."""
    fields = "library", "reason", "verify_code", "verify_message"
    # The line of _ssl.c, and words that OpenSSL changed with 3.2, are no matter of the connection.
    text = re.sub(r" \(_ssl\.c:\d+\)|_ssl\.c:\d+: ", "", str(error))
    text = re.sub(r"\b(sslv3|tlsv1|tlsv13|ssl/tls) (alert )?", "", text)
    number = getattr(error, "errno", None)
    if not isinstance(error, ssl.SSLError):
        # WASI has other numbers for what has the same name.
        number = errno.errorcode.get(number)
        text = re.sub(r"^\[Errno \d+\] ", "", text)
    classes = [kind.__name__ for kind in type(error).__mro__[:-2]]
    values = {name: getattr(error, name, None) for name in fields}
    if values["reason"] in SINCE_3_0:
        values["reason"], words = SINCE_3_0[values["reason"]]
        text = f"[SSL: {values['reason']}] {words}" if values["reason"] else f"[SSL] {words}"
    return {"classes": classes, "text": text, "errno": number, **values}


class Connection:
    """A connection, whether it blocks or not, that does what steps say and keeps what it saw."""

    def __init__(self, plain, options, seen):
        self.socket, self.options, self.seen = plain, options, seen
        self.buffer, self.session = b"", None
        plain.settimeout(0 if options.get("nonblocking") else options.get("timeout", PATIENCE))

    def call(self, function, *arguments):
        """Calls what may want to wait, and waits where the connection does not itself."""
        while True:
            try:
                return function(*arguments)
            except (ssl.SSLWantReadError, BlockingIOError):
                self.wait([self.socket], [])
            except ssl.SSLWantWriteError:
                self.wait([], [self.socket])

    def wait(self, readers, writers):
        if not any(select.select(readers, writers, [], PATIENCE)):
            raise TimeoutError("nothing to read or to write")

    def wrap(self, made, **arguments):
        self.socket = made.wrap_socket(self.socket, do_handshake_on_connect=False, **arguments)
        self.call(self.socket.do_handshake)

    def look(self):
        """What there is to know after the handshake."""
        name, protocol, bits = self.socket.cipher()
        binding = self.socket.get_channel_binding("tls-unique")
        self.seen |= {
            "version": self.socket.version(),
            "cipher": [name, protocol, bits],
            "alpn": self.socket.selected_alpn_protocol(),
            "reused": self.socket.session_reused,
            "compression": self.socket.compression(),
            "server_hostname": self.socket.server_hostname,
            "peer": self.certificate(),
        }
        if self.seen["peer"]["pem"]:
            # Without a certificate get_unverified_chain() is an AttributeError, natively too.
            chains = self.socket.get_unverified_chain(), self.socket.get_verified_chain()
            self.seen["chains"] = [[hashlib.sha256(der).hexdigest() for der in chain] for chain in chains]
        self.seen["differs"] = {"tls_unique": binding and base64.b64encode(binding).decode()}

    def certificate(self):
        der = self.socket.getpeercert(binary_form=True)
        pem = der and ssl.DER_cert_to_PEM_cert(der)
        return {"fields": self.socket.getpeercert(), "pem": pem and hashlib.sha256(pem.encode()).hexdigest()}

    def take(self, steps):
        for name, *arguments in steps:
            getattr(self, f"do_{name}")(*arguments)

    def receive(self):
        data = self.call(self.socket.recv, BLOCK)
        self.buffer += data
        return bool(data)

    def until(self, end):
        while end not in self.buffer and self.receive():
            pass
        found, _, self.buffer = self.buffer.partition(end)
        return found

    def send(self, data):
        # A non-blocking socket takes what it can.
        while data:
            data = data[self.call(self.socket.send, data):]

    def do_send(self, text):
        self.send(text.encode())

    def do_line(self):
        self.seen.setdefault("lines", []).append(self.until(b"\n").decode().rstrip("\r"))

    def do_eof(self):
        """Reads to the end; an end that is none is an error of the connection."""
        while self.receive():
            pass
        self.seen["rest"] = self.buffer.decode()

    def do_eof_bytes(self):
        """Reads to the end what differs from run to run."""
        while self.receive():
            self.buffer = b""

    def do_upload(self, size):
        digest = hashlib.sha256()
        for number in range(size // BLOCK):
            block = number.to_bytes(8) + FILLING[8:]
            digest.update(block)
            self.send(block)
        self.seen["sent"] = [size, digest.hexdigest()]

    def do_download(self, size):
        digest, left = hashlib.sha256(), size
        while left and (data := self.call(self.socket.recv, min(left, BLOCK))):
            digest.update(data)
            left -= len(data)
        self.seen["received"] = [size - left, digest.hexdigest()]

    def do_get(self, path):
        """Asks an HTTP server for a path; only a short answer is told whole."""
        self.do_send(f"GET {path} HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        self.seen["status"] = self.until(b"\r\n").decode()
        self.until(b"\r\n\r\n")
        size, digest, start = len(self.buffer), hashlib.sha256(self.buffer), self.buffer
        while data := self.call(self.socket.recv, BLOCK):
            size += len(data)
            digest.update(data)
            start = (start + data)[:200]
        answer = {"size": size, "sha256": digest.hexdigest(), "start": start.decode(errors="replace")}
        self.seen.setdefault("answers", []).append(answer)

    def do_status(self, path):
        """Asks an HTTP server for a page that is another each time."""
        self.do_send(f"GET {path} HTTP/1.0\r\n\r\n")
        self.seen["status"] = self.until(b"\r\n").decode()
        while self.receive():
            self.buffer = b""

    def do_answer(self, text):
        """Answers an HTTP request."""
        self.seen["request"] = self.until(b"\r\n").decode()
        self.until(b"\r\n\r\n")
        self.do_send(f"HTTP/1.1 200 OK\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n{text}")

    def do_unwrap(self):
        self.session = self.socket.session
        self.socket = self.call(self.socket.unwrap)
        self.seen["unwrapped"] = type(self.socket).__name__

    def do_certificate(self):
        """What the other side has shown by now."""
        self.seen["peer"] = self.certificate()

    def do_ask_certificate(self):
        self.socket.verify_client_post_handshake()

    def do_session(self):
        session = self.session = self.socket.session
        self.seen["session"] = [session.has_ticket, session.ticket_lifetime_hint, session.timeout, bool(session.id)]

    def do_half_close(self):
        self.socket.shutdown(socket.SHUT_WR)

    def do_timeout(self, seconds):
        self.socket.settimeout(seconds)

    def do_close(self):
        """Closes the connection below; of TLS's end the other side is not told."""
        self.socket.close()

    def end(self):
        self.socket.close()


def connection(plain, options, seen, handshake):
    """Shakes hands on a connected socket and takes the steps. Returns the session, where a step looked at it."""
    one = Connection(plain, options, seen)
    try:
        one.take(options.get("before", []))
        if options.get("handshake", True):
            handshake(one)
            one.look()
        one.take(options.get("steps", []))
    except (OSError, ValueError) as error:
        # What is raised is part of what is seen.
        seen["error"] = told(error)
    finally:
        one.end()
    return one.session


def begin():
    """The folder and the options that the command line names."""
    return Path(sys.argv[1]), json.loads(sys.argv[2])


def say(*connections, **more):
    """Prints the report; the same many times over is told once."""
    told_once = []
    for seen in connections:
        if told_once and told_once[-1]["seen"] | {"differs": None} == seen | {"differs": None}:
            told_once[-1]["times"] += 1
        else:
            told_once.append({"times": 1, "seen": seen})
    print(json.dumps({"connections": told_once, **more}), flush=True)
