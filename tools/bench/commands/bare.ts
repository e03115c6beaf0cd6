import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { argv } from 'node:process';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { answerParent } from '../process/answers.js';
import { PROBE } from '../process/probe.js';

/** The floor for a Node program: a request, a call and an event in one transaction of four round trips, an answer. It knows nobody and forgets nothing. */
const pool = new pg.Pool({ connectionString: argv[2] ?? '', max: 12, application_name: 'wardline-bare' });
const insertCall = { name: 'bare_call', text: 'INSERT INTO bare_calls (id, body) VALUES ($1, $2)' };
const insertEvent = { name: 'bare_event', text: 'INSERT INTO bare_events (id, body) VALUES ($1, $2)' };

async function record(body: string): Promise<string> {
  const client = await pool.connect();
  const id = randomUUID();
  try {
    await client.query('BEGIN');
    await client.query({ ...insertCall, values: [id, body] });
    await client.query({ ...insertEvent, values: [randomUUID(), body] });
    await client.query('COMMIT');
  } finally {
    client.release();
  }
  return JSON.stringify({ id });
}

const server = http.createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    record(Buffer.concat(chunks).toString('utf8')).then(
      (answer) => response.writeHead(201, { 'content-type': 'application/json' }).end(answer),
      () => response.writeHead(503).end('{}'),
    );
  });
});
await pool.query('CREATE TABLE IF NOT EXISTS bare_calls (id uuid PRIMARY KEY, body jsonb NOT NULL)');
await pool.query('CREATE TABLE IF NOT EXISTS bare_events (id uuid PRIMARY KEY, body jsonb NOT NULL)');
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`listening on http://127.0.0.1:${String((server.address() as AddressInfo).port)}\n`);
});
answerParent(PROBE);
