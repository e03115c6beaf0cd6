import { createClient, eventStream, longPoll, offlineQueue, sharedTabs, webSocket } from '@wardline/client';

const wardline = createClient({
  transports: [webSocket(), eventStream(), longPoll()], // the next one where the one before is blocked
  queue: offlineQueue(localStorage), // an accept survives a closed tab
  tabs: sharedTabs(), // one connection for all tabs
});
const element = (id) => document.getElementById(id);

wardline.on('status', ({ phase }) => {
  element('status').textContent = phase === 'live' ? 'live' : 'NOT LIVE';
});
wardline.on('signed_out', () => location.reload());

element('sign-in').addEventListener('submit', async (event) => {
  event.preventDefault();
  const { user } = await wardline.signIn(Object.fromEntries(new FormData(event.target)));
  event.target.remove();
  show(user.departments[0]);
});

async function show(dept) {
  await wardline.shifts.start(dept);
  const { rooms } = await wardline.directory.get(dept);
  const nameOf = (id) => rooms.find((room) => room.id === id)?.name ?? id;
  const department = wardline.department(dept);
  department.on('call.escalated', ({ data }) => console.warn(`${nameOf(data.call.room_id)} waits`));
  department.subscribe(() => {
    const { calls, live } = department.getSnapshot(); // sorted: the most urgent comes first
    element('calls').classList.toggle('old', !live);
    element('calls').replaceChildren(...calls.map((call) => row(call, nameOf(call.room_id))));
  });
}

const COMMANDS = { pending: ['accept', 'decline'], accepted: ['arrive'], in_progress: ['complete'] };

function row(call, place) {
  const item = document.createElement('li');
  item.textContent = `${place} · ${call.type} · ${call.state} `;
  for (const command of COMMANDS[call.state] ?? []) {
    const button = document.createElement('button');
    button.textContent = command;
    const run = () => wardline.calls[command](call.id, { version: call.version });
    button.onclick = () => run().catch((error) => alert(error.code));
    item.append(button);
  }
  return item;
}
