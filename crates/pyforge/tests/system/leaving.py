"""Sends more than the system takes at once, says how much it was, and ends."""

import socket
import sys

client = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
client.setblocking(False)
sent = 0
try:
    while True:
        sent += client.send(bytes(60_000))
except BlockingIOError:
    print(sent, flush=True)
client.close()
