// The actions of a page that knows nothing but the protocol. Evaluated in a browser, where it leaves `client` behind.
{
  const { WebSocket, EventSource, fetch, crypto, location } = globalThis;

  globalThis.client = {
    frames: [],
    messages: [],
    closed: null,

    async signIn(username, password) {
      const answer = await fetch('/api/v1/auth/login', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ username, password }),
      });
      this.csrf = (await answer.json()).csrf_token;
      return answer.status;
    },

    async signOut() {
      return (await fetch('/api/v1/auth/logout', { method: 'POST', headers: { 'X-CSRF-Token': this.csrf } })).status;
    },

    async admission() {
      return (await fetch('/api/v1/ws/admission')).json();
    },

    /** @param url of another host, where it is not the page's own */
    connect(url = `${location.origin.replace('http', 'ws')}/ws`) {
      this.socket = new WebSocket(url, 'wardline.v1');
      this.socket.onmessage = ({ data }) => this.frames.push(JSON.parse(data));
      this.socket.onclose = ({ code, wasClean }) => (this.closed = { code, wasClean });
    },

    ask(frame) {
      this.socket.send(JSON.stringify({ id: crypto.randomUUID(), ...frame }));
    },

    follow(dept, types) {
      this.source = new EventSource(`/api/v1/departments/${dept}/events/stream`);
      for (const type of types) {
        this.source.addEventListener(type, ({ data, lastEventId }) =>
          this.messages.push({ type, id: lastEventId, data: JSON.parse(data) }),
        );
      }
    },
  };
}
