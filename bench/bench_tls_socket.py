"""Times TLS through a socket, with a process beside this one. Prints a JSON list of rows: a name, the seconds
and the bytes.

    python bench_tls_socket.py serve FILE PORT      until a connection says nothing
    python bench_tls_socket.py connect FILE PORT

FILE is in the folder of the certificates. A connection's first byte says what it is for.
"""

import os
import socket
import ssl
import sys
import time

import measure

SIZE = 64 << 20
BLOCK = 16 << 10
ROUNDS = 2

RECEIVE, SEND, DONE = b"r", b"s", b"d"

# How long the other side may take to be there, in seconds.
PATIENCE = 60


def send_all(tls):
    block = os.urandom(BLOCK)
    for _ in range(SIZE // BLOCK):
        tls.sendall(block)


def receive_all(tls):
    buffer, left = bytearray(BLOCK), SIZE
    while left:
        received = tls.recv_into(buffer)
        if not received:
            sys.exit(f"the connection ended {left} bytes early")
        left -= received


def answer(tls):
    if tls.recv(1) == RECEIVE:
        send_all(tls)
    else:
        receive_all(tls)
        tls.sendall(DONE)


def serve(folder, port):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(f"{folder}/ecdsa.pem", f"{folder}/ecdsa.key")
    with socket.create_server(("127.0.0.1", port)) as listener:
        listener.settimeout(PATIENCE)
        while True:
            plain, _ = listener.accept()
            plain.settimeout(PATIENCE)
            if not plain.recv(1, socket.MSG_PEEK):
                return []
            with context.wrap_socket(plain, server_side=True) as tls:
                answer(tls)


def reach(port):
    """A connection to a server that may not be there yet."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def transfer(context, port, purpose):
    with context.wrap_socket(reach(port), server_hostname="localhost") as tls:
        start = time.perf_counter()
        tls.sendall(purpose)
        if purpose == RECEIVE:
            receive_all(tls)
        else:
            send_all(tls)
            tls.recv(1)
        return time.perf_counter() - start


def connect(folder, port):
    context = ssl.create_default_context(cafile=f"{folder}/ecdsa-ca.pem")
    for name, purpose in (("receive 64 MiB", RECEIVE), ("send 64 MiB", SEND)):
        best = min(transfer(context, port, purpose) for _ in range(ROUNDS))
        yield name, {"seconds": best, "bytes": SIZE}


def main():
    what, file, port = sys.argv[1:]
    measure.report({"serve": serve, "connect": connect}[what](os.path.dirname(file), int(port)))


main()
