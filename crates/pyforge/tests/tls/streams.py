"""asyncio's streams over TLS, from either side. Prints what it saw as a line of JSON.

    python streams.py FOLDER OPTIONS

Of the options, `side` is `server` or `client`, and `upgrade` has the connection begin as plain text. A server prints
its port first, and serves as many connections as `times` says; a client makes as many at once.
"""

import asyncio
import hashlib

import peer

SIZE = 4 << 20


def look(writer):
    tls = writer.get_extra_info("ssl_object")
    return {
        "version": tls.version(),
        "cipher": writer.get_extra_info("cipher"),
        "peer": writer.get_extra_info("peercert"),
        "alpn": tls.selected_alpn_protocol(),
    }


async def serve_one(reader, writer, upgrade):
    if upgrade:
        line = await reader.readline()
        writer.write(b"go on with " + line)
        await writer.drain()
        await writer.start_tls(upgrade)
    seen = look(writer)
    digest = hashlib.sha256(await reader.readexactly(SIZE))
    writer.write(digest.hexdigest().encode() + b"\n" + peer.FILLING)
    await writer.drain()
    seen["last"] = (await reader.readline()).decode()
    writer.close()
    await writer.wait_closed()
    return seen


async def serve(made, options):
    done, seen, times = asyncio.Event(), [], options.get("times", 1)
    upgrade = made if options.get("upgrade") else None

    async def connected(reader, writer):
        try:
            seen.append(await serve_one(reader, writer, upgrade))
        except (OSError, asyncio.IncompleteReadError) as error:
            seen.append({"error": peer.told(error)})
        if len(seen) == times:
            done.set()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=None if upgrade else made)
    print("port", server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await asyncio.wait_for(done.wait(), peer.PATIENCE)
    return seen


async def open_one(made, options):
    name = options.get("server_hostname", "localhost")
    if not options.get("upgrade"):
        return await asyncio.open_connection("127.0.0.1", options["port"], ssl=made, server_hostname=name)
    reader, writer = await asyncio.open_connection("127.0.0.1", options["port"])
    writer.write(b"TLS\n")
    assert await reader.readline() == b"go on with TLS\n"
    await writer.start_tls(made, server_hostname=name)
    return reader, writer


async def connect_one(made, options):
    try:
        reader, writer = await open_one(made, options)
        seen = look(writer)
        for _ in range(SIZE // peer.BLOCK):
            writer.write(peer.FILLING)
            await writer.drain()
        seen["digest"] = (await reader.readline()).decode()
        seen["same"] = await reader.readexactly(peer.BLOCK) == peer.FILLING
        writer.write(b"thanks\n")
        writer.write_eof() if writer.can_write_eof() else None
        seen["rest"] = (await reader.read()).decode()
        writer.close()
        await writer.wait_closed()
        return seen
    except (OSError, asyncio.IncompleteReadError) as error:
        return {"error": peer.told(error)}


async def connect(made, options):
    async with asyncio.timeout(peer.PATIENCE):
        return await asyncio.gather(*[connect_one(made, options) for _ in range(options.get("times", 1))])


def main():
    folder, options = peer.begin()
    asked = {}
    made = peer.context(options["side"], options, folder, asked)
    run = serve if options["side"] == "server" else connect
    peer.say(*asyncio.run(run(made, options)), asked=asked)


main()
