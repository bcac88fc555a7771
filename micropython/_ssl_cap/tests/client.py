# Connects to a server as options say, and prints what it saw as a line of JSON.
#
#     client.py FOLDER OPTIONS
#
# Of the options, `port` is where the server is, and `times` how often to connect.

import errno
import select
import socket

import peer


def connect(options):
    plain = socket.socket()
    plain.setblocking(not options.get("nonblocking", False))
    try:
        plain.connect(socket.getaddrinfo("127.0.0.1", options["port"])[0][-1])
    except OSError as error:
        if error.errno != errno.EINPROGRESS:
            raise
        poll = select.poll()
        poll.register(plain, select.POLLOUT)
        poll.poll(peer.PATIENCE)
    return plain


def main():
    folder, options = peer.begin()
    try:
        made = peer.context("client", options, folder)
    except (OSError, ValueError, TypeError) as error:
        return peer.say(error=peer.told(error))
    connections = []
    for _ in range(options.get("times", 1)):
        seen = {}
        connections.append(seen)
        name = options.get("server_hostname", "localhost")
        peer.connection(connect(options), options, seen, made, server_hostname=name)
    peer.say(*connections)


main()
