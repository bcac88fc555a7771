"""Serves HTTPS: an index of wheels as pip reads it, and pages that show what was asked. Prints its port first.

    python server.py CERTIFICATES WHEELS

It serves until it is killed.
"""

import gzip
import hashlib
import json
import ssl
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CERTIFICATES, WHEELS = map(Path, sys.argv[1:])

LONG = bytes(range(256)) * (1 << 14)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        match self.path.strip("/").split("/"):
            case ["simple", name]:
                wheels = [wheel for wheel in WHEELS.iterdir() if wheel.name.startswith(f"{name}-")]
                links = [f'<a href="/wheels/{wheel.name}#sha256={digest(wheel)}">{wheel.name}</a>' for wheel in wheels]
                self.answer("".join(links).encode(), {"Content-Type": "text/html"})
            case ["wheels", name]:
                self.answer((WHEELS / name).read_bytes(), {"Content-Type": "application/octet-stream"})
            case ["elsewhere"]:
                self.answer(b"", {"Location": "/shown", "Set-Cookie": "been=here"}, 302)
            case ["zipped"]:
                self.answer(gzip.compress(b"unzipped"), {"Content-Encoding": "gzip"})
            case ["long"]:
                self.chunks()
            case ["shown"]:
                self.show(b"")
            case _:
                self.answer(b"no such page", {}, 404)

    def do_POST(self):
        self.show(self.rfile.read(int(self.headers["Content-Length"])))

    def show(self, body):
        shown = {"method": self.command, "path": self.path, "body": body.decode(), "cookie": self.headers["Cookie"]}
        shown["version"] = self.connection.version()
        self.answer(json.dumps(shown).encode(), {"Content-Type": "application/json"})

    def chunks(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for start in range(0, len(LONG), 1 << 16):
            self.wfile.write(b"10000\r\n" + LONG[start:start + (1 << 16)] + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def answer(self, body, headers, status=200):
        self.send_response(status)
        for header in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(*header)
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """A server that shakes hands in the thread of the connection."""

    def finish_request(self, request, address):
        with context.wrap_socket(request, server_side=True) as connection:
            super().finish_request(connection, address)

    def handle_error(self, request, address):
        """A client that does not want the certificate is part of the test."""


def digest(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(CERTIFICATES / "ecdsa.pem", CERTIFICATES / "ecdsa.key")
with Server(("127.0.0.1", 0), Handler) as server:
    print("port", server.server_port, flush=True)
    server.serve_forever()
