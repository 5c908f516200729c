"""A sandbox with TLS in front of it, in a namespace whose network reaches it: on loopback there is nothing to break.

A program for netns.Helper: FAR_SANDBOX NAME ADDRESS PORT, with NAME.pem and NAME.key for the server. Its one order has
the commands that make its network, on its link wan; the answer is the environment that leads to the sandbox. It goes by an address of
127.0.0.0/8, which the sandbox takes for its own, and which route_localnet lets pass a link.
"""
import asyncio
import contextlib
import json
import ssl
import sys
import urllib.parse

from netns import run, send_whole
from sandbox_running import Sandbox


async def carry(reader, writer):
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def serve(name, address, port, environment):
    sandbox = urllib.parse.urlsplit(environment["AWS_ENDPOINT_URL_SSM"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{name}.pem", f"{name}.key")

    async def front(reader, writer):
        inner_reader, inner_writer = await asyncio.open_connection(sandbox.hostname, sandbox.port)
        await asyncio.gather(carry(reader, inner_writer), carry(inner_reader, writer))

    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda *_: None)         # a handshake that came to nothing is no news here
    server = await asyncio.start_server(front, address, port, ssl=context)
    print(json.dumps(environment), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


def main(name, address, port):
    print("{}", flush=True)
    for command in json.loads(sys.stdin.readline())["run"]:
        run(*command)
    send_whole("wan")
    sandbox = Sandbox("--shell", "/bin/sh")
    try:
        asyncio.run(serve(name, address, int(port), sandbox.environment))
    finally:
        sandbox.stop()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main(*sys.argv[1:])
