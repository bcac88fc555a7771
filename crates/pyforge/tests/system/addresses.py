"""A socket that has no address at the moment says so."""

import errno
import select
import socket


def failure(call, *arguments):
    try:
        call(*arguments)
    except OSError as error:
        return error.errno
    raise AssertionError(call)


def still_connecting(address):
    client = socket.socket()
    client.setblocking(False)
    if client.connect_ex(address) != errno.EINPROGRESS:
        return
    assert failure(client.getsockname) == errno.EINVAL
    assert failure(client.getpeername) == errno.ENOTCONN
    assert failure(client.setsockopt, socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1) == errno.EINVAL
    assert "laddr" not in repr(client)
    assert select.select([], [client], [], 10)[1] == [client]
    assert client.getpeername() == address
    assert client.getsockname()[0] == address[0]


def reset(listener):
    client = socket.create_connection(listener.getsockname())
    server, _ = listener.accept()
    server.send(b"unread")
    select.select([client], [], [], 10)
    # What is unread makes it a reset.
    client.close()
    select.select([server], [], [], 10)
    assert failure(server.getpeername) == errno.ENOTCONN
    assert "raddr" not in repr(server)


listener = socket.create_server(("127.0.0.1", 0))
still_connecting(listener.getsockname())
reset(socket.create_server(("127.0.0.1", 0)))
