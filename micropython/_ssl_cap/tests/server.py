# Serves as many connections as options say, one after the other, and prints what it saw as a line of JSON.
#
#     server.py FOLDER OPTIONS
#
# The first line it prints is the port, which the options name: sockets have no getsockname() here. Of the options,
# `times` is how many connections to serve.

import socket

import peer


def main():
    folder, options = peer.begin()
    try:
        made = peer.context("server", options, folder)
    except (OSError, ValueError) as error:
        return peer.say(error=peer.told(error))
    listener = socket.socket()
    listener.bind(socket.getaddrinfo("127.0.0.1", options["listen"])[0][-1])
    listener.listen(8)
    print("port", options["listen"])
    connections = []
    for _ in range(options.get("times", 1)):
        seen = {}
        connections.append(seen)
        peer.connection(listener.accept()[0], options, seen, made, server_side=True)
    peer.say(*connections)


main()
