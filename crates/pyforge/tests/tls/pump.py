"""A client and a server in one process that never touch a socket: the test carries the bytes. Prints what both saw.

    python pump.py FOLDER OPTIONS

The options have the contexts of the `client` and the `server`.
"""

import ssl

import peer

SIZE = 1 << 20


class Side:
    def __init__(self, made, **arguments):
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = made.wrap_bio(self.incoming, self.outgoing, **arguments)


def carry(sides):
    """Brings what each has sent to the other."""
    (one, other), carried = sides, 0
    for sender, receiver in (one, other), (other, one):
        data = sender.outgoing.read()
        carried += len(data)
        receiver.incoming.write(data)
    return carried


def together(sides, *calls):
    """Has each side finish a call that needs the other. Returns what the calls gave."""
    results = [None] * len(calls)
    left = dict(enumerate(calls))
    while left:
        for number, call in list(left.items()):
            try:
                results[number] = call()
                del left[number]
            except ssl.SSLWantReadError:
                pass
        if not carry(sides) and left:
            raise RuntimeError("both sides wait for each other")
    return results


def look(tls):
    return {
        "version": tls.version(),
        "cipher": tls.cipher(),
        "alpn": tls.selected_alpn_protocol(),
        "reused": tls.session_reused,
        "peer": tls.getpeercert(),
        "pending": tls.pending(),
    }


def talk(sides):
    """Sends a megabyte one way while the other way is silent."""
    client, server = (side.tls for side in sides)
    received, sent = bytearray(), 0
    while len(received) < SIZE:
        sent += client.write(peer.FILLING) if sent < SIZE else 0
        carry(sides)
        try:
            received += server.read(peer.BLOCK)
        except ssl.SSLWantReadError:
            pass
    return received == peer.FILLING * (SIZE // peer.BLOCK)


def meet(contexts, session):
    client = Side(contexts["client"], server_hostname="localhost", session=session)
    server = Side(contexts["server"], server_side=True)
    sides, seen = (client, server), {}
    try:
        together(sides, client.tls.do_handshake, server.tls.do_handshake)
        bindings = {side.tls.get_channel_binding("tls-unique") for side in sides}
        seen |= {"same": talk(sides), "bindings": len(bindings)}
        seen |= {"client": look(client.tls), "server": look(server.tls)}
        # The server's tickets come with its first answer.
        server.tls.write(b"done")
        seen["answer"] = together(sides, client.tls.read)[0].decode()
        session = client.tls.session
        together(sides, client.tls.unwrap, server.tls.unwrap)
        client.incoming.write_eof()
        seen["eof"] = client.incoming.eof
    except (ssl.SSLError, ValueError) as error:
        seen["error"] = peer.told(error)
    return seen, session


def main():
    folder, options = peer.begin()
    asked, seen, session = {}, [], None
    contexts = {side: peer.context(side, options[side], folder, asked) for side in ("client", "server")}
    for _ in range(2):
        one, session = meet(contexts, session)
        seen.append(one)
    peer.say(*seen, asked=asked)


main()
