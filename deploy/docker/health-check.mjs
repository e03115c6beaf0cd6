// For the image's HEALTHCHECK: ends with 0 when this container's Wardline is alive, whether it speaks TLS or plain.
import http from 'node:http';
import https from 'node:https';
import process from 'node:process';

const TIMEOUT_MS = 2000;
const port = Number(process.env.PORT || 8443);

/** Resolves to true when the answer is 200. The certificate is not checked: the request goes over loopback and carries no secret. */
function isAlive({ get }) {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: '/livez', rejectUnauthorized: false, timeout: TIMEOUT_MS / 2 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}

process.exit((await isAlive(https)) || (await isAlive(http)) ? 0 : 1);
