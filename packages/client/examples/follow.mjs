// Follows a department from Node.js: node follow.mjs https://127.0.0.1:8443 icu-nurse-1 <password> icu ca.pem
import { readFileSync } from 'node:fs';
import { argv } from 'node:process';
import { createClient } from '@wardline/client';
import { nodeTransport } from '@wardline/client/node';

const [, , url, username, password, dept, ca] = argv;
const node = nodeTransport(ca ? { ca: readFileSync(ca) } : {});
const wardline = createClient({ url, ...node });
await wardline.signIn({ username, password });

wardline.on('status', ({ phase, reason }) => console.log('status', phase, reason ?? ''));
wardline.department(dept).on('*', ({ seq, type, data }) => console.log(seq, type, data.call_id ?? data.staff_id ?? ''));
process.once('SIGINT', () => {
  console.log('proof', wardline.proof(dept));
  wardline.close();
  node.close();
});
