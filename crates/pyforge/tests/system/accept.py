"""Accepts a connection once it is told to, and one more."""

import socket

listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
input()
try:
    listener.accept()
except ConnectionAbortedError:
    print("aborted", flush=True)
connection, peer = listener.accept()
assert connection.getpeername() == peer
print("accepted", flush=True)
