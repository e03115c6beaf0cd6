import { servePeer } from './peer.js';
import { WsServer } from './ws-server.js';

const server = new WsServer();

// The loop that everybody writes, at its best: the text is made once, not once for each reader.
servePeer({
  listen: (tls) => server.listen(tls),
  publish: (events) => {
    for (const event of events) {
      const data = Buffer.from(JSON.stringify(event));
      for (const { socket } of server.readers) if (socket.readyState === socket.OPEN) socket.send(data, { binary: false });
    }
  },
});
