# asyncio's streams over TLS, from either side. Prints what it saw as a line of JSON.
#
#     streams.py FOLDER OPTIONS
#
# Of the options, `side` is `server` or `client`. A server listens at the port `listen`, prints it first, and serves as
# many connections as `times` says; a client makes as many at once to `port`.

import asyncio
import hashlib

import peer

SIZE = 4 << 20


async def serve_one(reader, writer):
    digest = hashlib.sha256()
    left = SIZE
    while left:
        data = await reader.readexactly(min(left, peer.BLOCK))
        digest.update(data)
        left -= len(data)
    writer.write(digest.digest().hex().encode() + b"\n" + peer.FILLING)
    await writer.drain()
    seen = {"last": (await reader.readline()).decode()}
    writer.close()
    await writer.wait_closed()
    return seen


async def serve(made, options):
    done, seen, times = asyncio.Event(), [], options.get("times", 1)

    async def connected(reader, writer):
        try:
            seen.append(await serve_one(reader, writer))
        except (OSError, EOFError, ValueError) as error:
            seen.append({"error": peer.told(error)})
        if len(seen) == times:
            done.set()

    server = await asyncio.start_server(connected, "127.0.0.1", options["listen"], ssl=made)
    print("port", options["listen"])
    async with server:
        await asyncio.wait_for_ms(done.wait(), peer.PATIENCE)
    return seen


async def connect_one(made, options):
    name = options.get("server_hostname", "localhost")
    try:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", options["port"], ssl=made, server_hostname=name
        )
        for _ in range(SIZE // peer.BLOCK):
            writer.write(peer.FILLING)
            await writer.drain()
        seen = {"digest": (await reader.readline()).decode()}
        seen["same"] = await reader.readexactly(peer.BLOCK) == peer.FILLING
        writer.write(b"thanks\n")
        await writer.drain()
        seen["rest"] = (await reader.read()).decode()
        writer.close()
        await writer.wait_closed()
        return seen
    except (OSError, EOFError, ValueError) as error:
        return {"error": peer.told(error)}


async def connect(made, options):
    ones = [connect_one(made, options) for _ in range(options.get("times", 1))]
    return await asyncio.wait_for_ms(asyncio.gather(*ones), peer.PATIENCE)


def main():
    folder, options = peer.begin()
    made = peer.context(options["side"], options, folder)
    run = serve if options["side"] == "server" else connect
    peer.say(*asyncio.run(run(made, options)))


main()
