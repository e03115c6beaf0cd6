import { describe, expect, it } from 'vitest';
import { type Envelope, EnvelopeCodec } from './envelope.js';

const [FIRST, OLDER, OTHER] = ['a'.repeat(32), 'b'.repeat(32), 'c'.repeat(32)] as const;
const message: Envelope = { id: '1', from: 'node-1', at: 1_700_000_000_000, kind: 'broadcast', data: { text: 'ä.b', list: [1, null] } };

describe('EnvelopeCodec', () => {
  it('reads what it has written, with and without secrets', () => {
    for (const secrets of [[], [FIRST], [FIRST, OLDER]]) {
      const codec = new EnvelopeCodec(secrets, 'ward');
      expect(codec.read(codec.write(message))).toEqual(message);
    }
  });

  it('signs with the first secret and verifies with all, so that secrets can be changed node by node', () => {
    const [before, between, after] = [[OLDER], [OLDER, FIRST], [FIRST, OLDER]].map((secrets) => new EnvelopeCodec(secrets, 'ward'));
    expect(between?.read(before?.write(message) ?? '')).toEqual(message);
    expect(between?.read(after?.write(message) ?? '')).toEqual(message);
    expect(before?.read(after?.write(message) ?? '')).toBeUndefined();
  });

  it('takes nothing that is unsigned, signed by others, of another installation, or changed', () => {
    const codec = new EnvelopeCodec([FIRST], 'ward');
    const text = codec.write(message);
    const refused = [
      new EnvelopeCodec([], 'ward').write(message),
      new EnvelopeCodec([OTHER], 'ward').write(message),
      new EnvelopeCodec([FIRST], 'another').write(message),
      text.replace('broadcast', 'Broadcast'),
      ` ${text}`,
      text.slice(1),
      text.slice(0, -1),
      text.slice(text.indexOf('.')),
    ];
    expect(refused.map((one) => codec.read(one))).toEqual(refused.map(() => undefined));
  });

  it.each(['', '.', '{}', '.{}', '.null', '.[]', '."x"', '.{"id":1}', '.{"id":"1","from":"a","at":"now","kind":"x"}', 'x'])(
    'takes %j for no message, also without secrets',
    (text) => {
      expect(new EnvelopeCodec([], 'ward').read(text)).toBeUndefined();
    },
  );
});
