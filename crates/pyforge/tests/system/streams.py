"""What asyncio's streams send arrives, all of it, in whatever pieces, though both ends are in one process."""

import asyncio
import hashlib

# Bytes, of which are written at a time, over how many connections at once.
CASES = [
    (1_000, 1, 1),
    (5_000_000, 100_000, 1),
    (2_000_000, 65_536, 10),
    (5_000_000, 5_000_000, 3),
    (100_000, 777, 30),
]


async def digest(reader, writer):
    seen = hashlib.sha256()
    while piece := await reader.read(65_536):
        seen.update(piece)
    await finish(writer, seen.digest())


async def finish(writer, last):
    writer.write(last)
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def send(port, data, step):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for start in range(0, len(data), step):
        writer.write(data[start : start + step])
        await writer.drain()
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert answer == hashlib.sha256(data).digest(), (len(data), step)


async def main():
    server = await asyncio.start_server(digest, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for size, step, connections in CASES:
        data = (bytes(range(251)) * (size // 251 + 1))[:size]
        await asyncio.gather(*[send(port, data, step) for _ in range(connections)])


asyncio.run(main())
