"""Connects to a server as options say, and prints what it saw as a line of JSON.

    python client.py FOLDER OPTIONS

Of the options, `port` is where the server is, `times` how often to connect, and `resume` has each connection after the
first take up the session of the one before it.
"""

import socket

import peer


def connect(made, options, session):
    seen = {}
    plain = socket.create_connection(("127.0.0.1", options["port"]), timeout=peer.PATIENCE)

    def handshake(one):
        ragged = options.get("suppress_ragged_eofs", True)
        name = options.get("server_hostname", "localhost")
        one.wrap(made, server_hostname=name, session=session, suppress_ragged_eofs=ragged)

    return peer.connection(plain, options, seen, handshake), seen


def main():
    folder, options = peer.begin()
    asked, seen, session = {}, [], None
    try:
        made = peer.context("client", options, folder, asked)
    except (OSError, ValueError, TypeError) as error:
        return peer.say(error=peer.told(error), asked=asked)
    for _ in range(options.get("times", 1)):
        session, one = connect(made, options, session if options.get("resume") else None)
        seen.append(one)
    peer.say(*seen, asked=asked, statistics=made.session_stats())


main()
