import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { servePeer } from './peer.js';

const ROOM = 'ward-07';
const BACKLOG = 4096;
/** Longer than any run: the counting readers do not answer pings. */
const PING_INTERVAL_MS = 3_600_000;
const RECOVERY_MS = 120_000;

// Recovery keeps and marks every packet, which costs: only where it is what is measured.
const withRecovery = process.argv.includes('--recovery');
const io = new Server({
  transports: ['websocket'],
  pingInterval: PING_INTERVAL_MS,
  ...(withRecovery && { connectionStateRecovery: { maxDisconnectionDuration: RECOVERY_MS } }),
});
io.on('connection', async (socket) => {
  await socket.join(ROOM);
});

servePeer({
  listen: async (tls) => {
    const server = tls === undefined ? http.createServer() : https.createServer(tls);
    io.attach(server);
    await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG }, resolve));
    return (server.address() as AddressInfo).port;
  },
  publish: (events) => {
    for (const event of events) io.to(ROOM).emit('event', event);
  },
});
