"""Closing does not wait for a peer that does not read, and loses nothing of what it can still read."""

import socket


def pair():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        server, _ = listener.accept()
    return client, server


def fill(client):
    client.setblocking(False)
    sent = 0
    while True:
        try:
            sent += client.send(bytes(60_000))
        except BlockingIOError:
            return sent


client, server = pair()
sent = fill(client)
client.close()
received = 0
while piece := server.recv(1 << 20):
    received += len(piece)
assert received == sent, (received, sent)

client, server = pair()
fill(client)
client.close()
server.close()
