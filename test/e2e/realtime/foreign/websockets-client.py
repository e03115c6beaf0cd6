"""A nurse's client on Debian's Python `websockets`, which nobody here wrote: signs in, subscribes, accepts the first call that it
hears of, and leaves. Prints every frame it gets as a line of JSON. Argument: JSON with url, ca, username, password, dept,
subprotocols."""

import asyncio
import json
import ssl
import sys
import urllib.request
import uuid

import websockets

asked = json.loads(sys.argv[1])
trust = ssl.create_default_context(cafile=asked["ca"])


def say(frame):
    print(json.dumps(frame), flush=True)


def sign_in():
    body = json.dumps({"username": asked["username"], "password": asked["password"]}).encode()
    request = urllib.request.Request(
        asked["url"] + "/api/v1/auth/login", data=body, headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, context=trust, timeout=20) as answer:
        return answer.headers["Set-Cookie"].split(";")[0]


async def work(cookie):
    major = int(websockets.__version__.split(".")[0])
    headers = {"extra_headers" if major < 14 else "additional_headers": {"Cookie": cookie}}
    socket_url = asked["url"].replace("http", "ws", 1) + "/ws"
    async with websockets.connect(
        socket_url, ssl=trust, subprotocols=asked["subprotocols"], ping_interval=0.2, **headers
    ) as socket:
        say({"type": "connected", "subprotocol": socket.subprotocol})
        await socket.send(json.dumps({"id": str(uuid.uuid4()), "type": "subscribe", "dept": asked["dept"]}))
        accepting = None
        async for text in socket:
            frame = json.loads(text)
            say(frame)
            if frame["type"] == "call.pending" and accepting is None:
                accepting = str(uuid.uuid4())
                await socket.send(json.dumps({"type": "ack", "dept": frame["dept"], "seq": frame["seq"]}))
                await socket.send(
                    json.dumps({"id": accepting, "type": "call.accept", "data": {"call_id": frame["data"]["call_id"]}})
                )
            if frame["type"] == "ok" and frame["re"] == accepting:
                # The library's own protocol pings have been answered meanwhile, or it would have closed.
                await (await socket.ping())
                break
    say({"type": "closed", "code": socket.close_code if major < 14 else socket.protocol.close_code})


asyncio.run(work(sign_in()))
