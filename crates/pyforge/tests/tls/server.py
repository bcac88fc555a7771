"""Serves as many connections as options say, one after the other, and prints what it saw as a line of JSON.

    python server.py FOLDER OPTIONS

The first line it prints is the port. Of the options, `times` is how many connections to serve.
"""

import socket

import peer


def accept(made, listener, options):
    seen = {}
    plain, _ = listener.accept()

    def handshake(one):
        ragged = options.get("suppress_ragged_eofs", True)
        one.wrap(made, server_side=True, suppress_ragged_eofs=ragged)

    peer.connection(plain, options, seen, handshake)
    return seen


def main():
    folder, options = peer.begin()
    asked = {}
    try:
        made = peer.context("server", options, folder, asked)
    except (OSError, ValueError) as error:
        return peer.say(error=peer.told(error), asked=asked)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(peer.PATIENCE)
        print("port", listener.getsockname()[1], flush=True)
        seen = [accept(made, listener, options) for _ in range(options.get("times", 1))]
    peer.say(*seen, asked=asked, statistics=made.session_stats())


main()
