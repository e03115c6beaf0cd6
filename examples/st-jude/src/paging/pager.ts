import { Notifier, settingsOf, type Implementation, type Notification, type SettingsOf } from 'wardline';

/** Rings the pager of each person who is asked, and stops it when the call is another's. */
export class PagerNotifier extends Notifier {
  readonly name = 'pager';

  constructor(private readonly url: string | undefined) {
    super();
  }

  async notify({ id, sequence, type, call_id, staff_id, room_id, priority }: Notification, signal: AbortSignal): Promise<string> {
    if (this.url === undefined) return 'no gateway';
    const page = new URL(`/pages/${call_id}/${staff_id}`, this.url);
    const withdrawn = type === 'withdrawn';
    const answer = await fetch(page, {
      method: withdrawn ? 'DELETE' : 'PUT',
      headers: { 'content-type': 'application/json', 'idempotency-key': id },
      // The gateway ignores a message with a lower number than the last one of this page.
      body: JSON.stringify(withdrawn ? { sequence } : { sequence, room: room_id, urgent: priority >= 20 }),
      signal,
    });
    // What the gateway has not taken is tried again by Wardline.
    if (!answer.ok) throw new Error(`the gateway answered ${answer.status}`);
    return `${answer.status}`;
  }
}

export const pager: Implementation<Notifier> = {
  useFactory: (settings: SettingsOf<'st-jude'>) => new PagerNotifier(settings.ST_JUDE_PAGER_URL),
  inject: [settingsOf('st-jude')],
};
