// The same on Bun, whose WebSocket client and fetch are neither Node's nor `ws`. Argument and output as in websockets-client.py.
import { readFileSync } from 'node:fs';
import process from 'node:process';

const asked = JSON.parse(process.argv[2]);
const tls = { ca: readFileSync(asked.ca, 'utf8') };
const say = (frame) => process.stdout.write(`${JSON.stringify(frame)}\n`);
const { WebSocket, fetch, crypto } = globalThis;

const login = await fetch(`${asked.url}/api/v1/auth/login`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ username: asked.username, password: asked.password }),
  tls,
});
const cookie = login.headers.getSetCookie()[0].split(';')[0];

const socket = new WebSocket(`${asked.url.replace('http', 'ws')}/ws`, {
  headers: { cookie },
  tls,
  ...(asked.subprotocols === null ? {} : { protocols: asked.subprotocols }),
});
let accepting;
const send = (frame) => socket.send(JSON.stringify(frame));
socket.onopen = () => {
  say({ type: 'connected', subprotocol: socket.protocol === '' ? null : socket.protocol });
  send({ id: crypto.randomUUID(), type: 'subscribe', dept: asked.dept });
};
socket.onmessage = ({ data }) => {
  const frame = JSON.parse(data);
  say(frame);
  if (frame.type === 'call.pending' && accepting === undefined) {
    accepting = crypto.randomUUID();
    send({ type: 'ack', dept: frame.dept, seq: frame.seq });
    send({ id: accepting, type: 'call.accept', data: { call_id: frame.data.call_id } });
  }
  if (frame.type === 'ok' && frame.re === accepting) socket.close(1000);
};
socket.onclose = ({ code }) => {
  say({ type: 'closed', code });
  process.exit(0);
};
