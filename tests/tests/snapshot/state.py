"""Prints what must belong to a run and not to a snapshot, as JSON: {what: value}."""

import json
import logging
import os
import random
import secrets
import socket
import ssl
import sys
import tempfile
import time
import uuid


def is_open(fd):
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


def errors(function, *arguments):
    try:
        return function(*arguments)
    except OSError as error:
        return type(error).__name__


print(
    json.dumps(
        {
            "argv": sys.argv,
            "orig_argv": sys.orig_argv,
            "environ": dict(os.environ),
            "environ of posix": {os.fsdecode(k): os.fsdecode(v) for k, v in sys.modules["posix"].environ.items()},
            "getcwd": os.getcwd(),
            "folder": errors(os.listdir, "/folder"),
            "open files": [fd for fd in range(3, 64) if is_open(fd)],
            "timezone": time.tzname,
            "network": errors(socket.getaddrinfo, "127.0.0.1", 1),
            "stdin": sys.stdin.read(),
            "hash": hash("a text"),
            "hash of bytes": hash(b"bytes"),
            "set": list({f"text number {n}" for n in range(50)}),
            "random": random.random(),
            "own random": random.Random().random(),
            "secrets": secrets.token_hex(),
            "urandom": os.urandom(8).hex(),
            "uuid": str(uuid.uuid4()),
            "name": tempfile._RandomNameSequence().__next__(),
            "tls random": ssl.RAND_bytes(8).hex(),
            "tls errors": len(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).get_ca_certs()),
            "started": time.time() - logging._startTime / 1e9 < 10,
        }
    )
)
