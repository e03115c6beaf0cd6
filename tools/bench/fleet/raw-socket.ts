import net from 'node:net';
import tls from 'node:tls';

const HEAD_END = '\r\n\r\n';
const MAX_HEAD = 16_384;
/** Any 16 bytes do: whether the server answers to them is ws's business and tested there. */
const KEY = Buffer.alloc(16, 7).toString('base64');
const READ_BYTES = 65_536;

/** One for all sockets of this process: each read is over before the next one begins. */
const readBuffer = Buffer.allocUnsafeSlow(READ_BYTES);

/** The destination and the manner of a connection. */
export interface Route {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The certificate to trust; plain without it. */
  readonly ca?: string | undefined;
  /** The local address: a second loopback address has ports of its own. `undefined`: the kernel's choice. */
  readonly localAddress: string | undefined;
}

export interface RawHandlers {
  /** The upgrade was answered with 101. */
  opened(): void;
  /** @param chunk valid during the call only */
  bytes(chunk: Buffer): void;
  /** Once, with a short reason, however it came to its end. */
  ended(why: string): void;
}

/** A WebSocket connection without a WebSocket library: after the handshake its bytes are handed on as they come. */
export class RawSocket {
  private readonly socket: net.Socket;
  private head: string | undefined = '';
  private why = 'closed';
  private isOver = false;

  constructor(
    private readonly route: Route,
    private readonly handlers: RawHandlers,
  ) {
    this.socket = route.ca === undefined ? this.connectPlain() : this.connectSecure(route.ca);
    this.socket.setNoDelay(true);
    this.socket.on('error', (error: NodeJS.ErrnoException) => (this.why = error.code ?? error.message));
    this.socket.on('close', () => {
      this.over();
    });
  }

  /** The cipher that was agreed on; undefined where it is plain. */
  get cipher(): string | undefined {
    return this.socket instanceof tls.TLSSocket ? `${String(this.socket.getProtocol())} ${this.socket.getCipher().name}` : undefined;
  }

  write(frame: Buffer): void {
    this.socket.write(frame);
  }

  /** Reads no more; the kernel's buffers fill, then the server's. */
  stopReading(): void {
    this.socket.pause();
  }

  /** Ends it without a word, as a cable does that is pulled. */
  cut(): void {
    this.why = 'cut';
    this.socket.destroy();
  }

  private connectPlain(): net.Socket {
    const { port, localAddress } = this.route;
    // Read into our one buffer: no allocation and no stream machinery for bytes that are only counted.
    const onread = {
      buffer: readBuffer,
      callback: (length: number) => {
        this.take(readBuffer.subarray(0, length));
        return true;
      },
    };
    const socket = net.connect({ port, host: '127.0.0.1', localAddress, onread });
    socket.once('connect', () => {
      this.ask();
    });
    return socket;
  }

  private connectSecure(ca: string): net.Socket {
    const { port, localAddress } = this.route;
    const options: tls.ConnectionOptions & net.TcpNetConnectOpts = { port, host: '127.0.0.1', localAddress, ca, servername: 'localhost' };
    const socket = tls.connect(options);
    socket.once('secureConnect', () => {
      this.ask();
    });
    socket.on('data', (chunk: Buffer) => {
      this.take(chunk);
    });
    return socket;
  }

  private ask(): void {
    const { path, headers, port } = this.route;
    const lines = [
      `GET ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${String(port)}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${KEY}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ];
    this.socket.write(`${lines.join('\r\n')}${HEAD_END}`);
  }

  private take(chunk: Buffer): void {
    if (this.head === undefined) this.handlers.bytes(chunk);
    else this.takeHead(this.head + chunk.toString('latin1'));
  }

  private takeHead(text: string): void {
    const end = text.indexOf(HEAD_END);
    if (end === -1 && text.length < MAX_HEAD) {
      this.head = text;
    } else if (!text.startsWith('HTTP/1.1 101')) {
      this.why = `HTTP ${text.slice(9, 12)}`;
      this.socket.destroy();
    } else {
      this.head = undefined;
      this.handlers.opened();
      const rest = Buffer.from(text.slice(end + HEAD_END.length), 'latin1');
      if (rest.length > 0) this.handlers.bytes(rest);
    }
  }

  private over(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.handlers.ended(this.why);
  }
}
