"""A tour of MicroPython on the components that CPython uses: a gzip stream decoded, a database that both write, and a
page over HTTPS from a server whose certificate is verified.

    pyforge run --consumer micropython --dir FOLDER [--net=HOST:PORT] examples/tour_micropython.py FOLDER [URL AUTHORITY]

It decodes each file of the folder that ends in `.gz`, adds a row to `tour.db` there and lists the rows of whoever was
there before, and asks for the URL, with whom AUTHORITY, a certificate in PEM, speaks for.
"""

import deflate
import hashlib
import os
import socket
import sqlite3
import ssl
import sys
import time

PIECE = 65536


def decode(path):
    """The size of what a gzip file holds, and its SHA-256, with a piece in memory at a time."""
    digest, size = hashlib.sha256(), 0
    with open(path, "rb") as file, deflate.DeflateIO(file, deflate.GZIP) as stream:
        while piece := stream.read(PIECE):
            digest.update(piece)
            size += len(piece)
    return size, digest.digest().hex()


def sign(database):
    """Adds a row to a database, and returns all there are."""
    with sqlite3.connect(database) as connection:
        connection.execute("create table if not exists visits (at integer, who text, version text)")
        visit = (int(time.time()), sys.implementation.name, sys.version)
        connection.execute("insert into visits values (?, ?, ?)", visit)
        return connection.execute("select who, version, count(*) from visits group by 1, 2").fetchall()


def get(url, authority):
    """A page, from a server for whom the authority speaks."""
    _, _, place, path = url.split("/", 3)
    host, _, port = place.partition(":")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cafile=authority)
    plain = socket.socket()
    plain.connect(socket.getaddrinfo(host, int(port or 443), 0, socket.SOCK_STREAM)[0][-1])
    stream = context.wrap_socket(plain, server_hostname=host)
    stream.write(b"GET /%s HTTP/1.0\r\nHost: %s\r\n\r\n" % (path.encode(), place.encode()))
    status = stream.readline()
    while stream.readline().strip():
        pass
    page = stream.read()
    cipher = stream.cipher()
    stream.close()
    return status.decode().strip(), page, cipher


def main(folder, url=None, authority=None):
    print(sys.version, "on", sys.platform)
    for name in sorted(os.listdir(folder)):
        if name.endswith(".gz"):
            size, digest = decode(folder + "/" + name)
            print("{:<24}{:>12,} bytes  sha256 {}…".format(name, size, digest[:16]))
    for who, version, visits in sign(folder + "/tour.db"):
        print("{:<24}{} of {}".format(who, visits, version))
    if url:
        status, page, cipher = get(url, authority)
        print("{:<24}{}, {} bytes, {}".format(status, hashlib.sha256(page).digest().hex()[:16], len(page), cipher))


main(*sys.argv[1:])
