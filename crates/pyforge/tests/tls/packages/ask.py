"""Asks a server for all its pages with requests or httpx, and prints what it got as a line of JSON.

    python ask.py CERTIFICATES PACKAGES LIBRARY PORT
"""

import asyncio
import hashlib
import json
import ssl
import sys

CERTIFICATES, PACKAGES, LIBRARY, PORT = sys.argv[1:]
sys.path.insert(0, PACKAGES)

# No names, which asyncio looks up in a thread.
URL = f"https://127.0.0.1:{PORT}"


def kinds(error):
    """The classes of an exception, and of what it was raised from."""
    chain = []
    while error:
        chain.append(type(error).__name__)
        error = error.__cause__ or error.__context__
    return chain


def requests_sees():
    import requests

    seen = {}
    with requests.Session() as session:
        session.trust_env = False
        session.verify = f"{CERTIFICATES}/ca.pem"
        answer = session.get(f"{URL}/elsewhere")
        seen["redirected"] = [answer.json(), [before.status_code for before in answer.history]]
        seen["posted"] = session.post(f"{URL}/post", json={"a": [1, None]}).json()
        seen["zipped"] = session.get(f"{URL}/zipped").text
        seen["missing"] = session.get(f"{URL}/missing").status_code
        digest = hashlib.sha256()
        with session.get(f"{URL}/long", stream=True) as answer:
            for chunk in answer.iter_content(1 << 16):
                digest.update(chunk)
        seen["long"] = digest.hexdigest()
        try:
            session.get(f"{URL}/shown", verify=f"{CERTIFICATES}/self-signed.pem")
        except requests.exceptions.SSLError as error:
            seen["refused"] = kinds(error)
    return seen


def httpx_sees():
    import httpx

    seen = {}
    context = ssl.create_default_context(cafile=f"{CERTIFICATES}/ca.pem")
    with httpx.Client(verify=context, trust_env=False, follow_redirects=True) as client:
        answer = client.get(f"{URL}/elsewhere")
        seen["redirected"] = [answer.json(), [before.status_code for before in answer.history]]
        seen["posted"] = client.post(f"{URL}/post", json={"a": [1, None]}).json()
        seen["zipped"] = client.get(f"{URL}/zipped").text
        digest = hashlib.sha256()
        with client.stream("GET", f"{URL}/long") as answer:
            for chunk in answer.iter_bytes():
                digest.update(chunk)
        seen["long"] = digest.hexdigest()
    wrong = ssl.create_default_context(cafile=f"{CERTIFICATES}/self-signed.pem")
    try:
        httpx.get(f"{URL}/shown", verify=wrong, trust_env=False)
    except httpx.ConnectError as error:
        seen["refused"] = kinds(error)
    seen["at_once"] = asyncio.run(at_once(httpx, context))
    return seen


async def at_once(httpx, context):
    async with httpx.AsyncClient(verify=context, trust_env=False) as client:
        answers = await asyncio.gather(*[client.post(f"{URL}/{number}", content=b"x") for number in range(5)])
    return [answer.json() for answer in answers]


print(json.dumps(requests_sees() if LIBRARY == "requests" else httpx_sees()))
