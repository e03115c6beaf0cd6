import { randomBytes } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { WebSocket } from 'ws';
import type { TestWardline } from '../wardline.js';
import { PATIENCE_MS } from '../eventually.js';

/** The answer to an upgrade that was sent by hand. */
export interface Upgrade {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
}

/** Asks for an upgrade with headers of the test's own; a socket that is granted is closed at once. */
export function askForUpgrade(
  target: Pick<TestWardline, 'url' | 'ca'>,
  path: string,
  headers: http.OutgoingHttpHeaders = {},
): Promise<Upgrade> {
  const url = new URL(target.url);
  const { request } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const message = request({
      ...{ host: url.hostname, port: url.port, path, ca: target.ca, agent: false },
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
        ...headers,
      },
    });
    message.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: '' });
    });
    message.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString('utf8') });
      });
    });
    message.on('error', reject);
    message.end();
  });
}

/** Connects, and returns all data until the server closed. */
export function connectUntilClosed(
  target: Pick<TestWardline, 'url' | 'ca'>,
  { cookie, send = [] }: { cookie?: string; send?: string[] } = {},
): Promise<{ code: number; reason: string; frames: string[] }> {
  const ws = new WebSocket(`${target.url.replace('http', 'ws')}/ws`, 'wardline.v1', {
    ca: target.ca,
    headers: { ...(cookie !== undefined && { cookie }) },
  });
  const frames: string[] = [];
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      ws.terminate();
      reject(new Error('the server did not close'));
    }, PATIENCE_MS);
    ws.on('open', () => {
      for (const text of send) ws.send(text);
    });
    ws.on('message', (data: Buffer) => frames.push(data.toString('utf8')));
    ws.on('close', (code, reason) => {
      clearTimeout(timer);
      resolve({ code, reason: reason.toString(), frames });
    });
    ws.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}

/** The text of an upgrade, for sockets of the test's own. */
export function upgradeText(path: string, headers: Record<string, string> = {}): string {
  const lines = {
    host: '127.0.0.1',
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
    ...headers,
  };
  return `GET ${path} HTTP/1.1\r\n${Object.entries(lines)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;
}
