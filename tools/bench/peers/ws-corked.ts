import { servePeer } from './peer.js';
import { WsServer } from './ws-server.js';

const server = new WsServer();

// The same with each reader's stream corked meanwhile: one writev for what a turn sends to it.
servePeer({
  listen: (tls) => server.listen(tls),
  publish: (events) => {
    const all = events.map((event) => Buffer.from(JSON.stringify(event)));
    for (const { socket, stream } of server.readers) {
      if (socket.readyState !== socket.OPEN) continue;
      stream.cork();
      for (const data of all) socket.send(data, { binary: false });
      stream.uncork();
    }
  },
});
