import { textFrame } from '../../../src/events/log/text-frame.js';
import { servePeer } from './peer.js';
import { WsServer } from './ws-server.js';

const server = new WsServer();

// The floor for a Node program: framed once, joined once, one write to each stream, and nothing else.
servePeer({
  listen: (tls) => server.listen(tls),
  publish: (events) => {
    const frames = Buffer.concat(events.map((event) => textFrame(JSON.stringify(event))));
    for (const { stream } of server.readers) stream.write(frames);
  },
});
