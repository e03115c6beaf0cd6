/* A server of one department in a page, or in a test: it presses, answers, pings and cuts for as long as the page's clock runs. */
globalThis.shift = (() => {
  const { crypto, setTimeout, setInterval, Event, EventTarget } = globalThis;
  const EPOCH = 'epoch-1';
  const KEPT = 200;
  const open = new Set();
  const calls = new Map();
  const recent = [];
  const counts = { events: 0, cuts: 0, commands: 0, acks: 0 };
  let seq = 0;

  const append = (type, call) => {
    seq += 1;
    counts.events += 1;
    const event = { type, dept: 'icu', seq, id: crypto.randomUUID(), time: new Date().toISOString(), critical: false };
    recent.push({ ...event, data: { call_id: call.id, call } });
    if (recent.length > KEPT) recent.shift();
    for (const socket of open) socket.say(recent.at(-1));
  };
  const change = (id, state) => {
    const call = { ...calls.get(id), state };
    if (state === 'completed') calls.delete(id);
    else calls.set(id, call);
    append(`call.${state}`, call);
    return call;
  };

  class ShiftSocket extends EventTarget {
    readyState = 0;
    bufferedAmount = 0;

    constructor() {
      super();
      setTimeout(() => {
        this.readyState = 1;
        open.add(this);
        const user = { id: 'u-1', username: 'anna', name: 'Anna', role: 'nurse', departments: ['icu'] };
        this.say({ type: 'hello', connection_id: 'c-1', server_id: 's-1', epoch: EPOCH, user, heartbeat_sec: 25 });
      }, 5);
    }

    say(frame) {
      if (this.readyState === 1) this.dispatchEvent(Object.assign(new Event('message'), { data: JSON.stringify(frame) }));
    }

    send(text) {
      const { id, type, dept, after, data } = JSON.parse(text);
      if (type === 'subscribe') {
        const recovered = after !== undefined && after >= seq - recent.length;
        this.say({ type: 'ok', re: id, data: { dept, epoch: EPOCH, recovered, from: (recovered ? after : seq) + 1, head: seq } });
        if (recovered) for (const event of recent.filter((one) => one.seq > after)) this.say(event);
        else this.say({ type: 'snapshot', re: id, dept, epoch: EPOCH, seq, data: { calls: [...calls.values()], staff: [] } });
      } else if (type === 'call.accept') {
        counts.commands += 1;
        this.say({ type: 'ok', re: id, data: change(data.call_id, 'accepted') });
      } else if (type === 'ack') counts.acks += 1;
    }

    close(code = 1000) {
      if (this.readyState === 3) return;
      this.readyState = 3;
      open.delete(this);
      setTimeout(() => this.dispatchEvent(Object.assign(new Event('close'), { code })), 0);
    }
  }

  setInterval(() => {
    const id = crypto.randomUUID();
    const at = new Date().toISOString();
    const call = { id, dept: 'icu', room_id: `icu-${String(seq % 30)}`, type: 'patient_normal', state: 'pending', priority: 10 };
    calls.set(id, { ...call, version: 1, placed_at: at, recipients: [{ staff_id: 'u-1', role: 'nurse', since: at, reason: 'queue' }] });
    append('call.pending', calls.get(id));
    setTimeout(() => calls.has(id) && change(id, 'completed'), 90_000);
  }, 10_000);
  setInterval(() => {
    for (const socket of open) socket.say({ type: 'ping', t: Date.now() });
  }, 25_000);
  setInterval(() => {
    counts.cuts += 1;
    for (const socket of open) socket.close(1006);
  }, 600_000);
  return { ShiftSocket, counts, head: () => seq };
})();
