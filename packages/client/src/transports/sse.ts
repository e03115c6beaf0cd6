/** One message of an event stream. */
export interface StreamMessage {
  readonly event: string;
  readonly data: string;
}

const MAX_MESSAGE = 16 * 1024 * 1024;

/** Reads server-sent events out of chunks of text. A comment is a message without data. */
export class StreamParser {
  #rest = '';

  /** @throws Error where a message is over 16 MiB */
  push(chunk: string): StreamMessage[] {
    const blocks = (this.#rest + chunk).split(/\r\n\r\n|\n\n|\r\r/);
    this.#rest = blocks.pop() ?? '';
    if (this.#rest.length > MAX_MESSAGE) throw new Error('a message of the event stream is too large');
    return blocks.map(parse);
  }
}

function parse(block: string): StreamMessage {
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split(/\r\n|\n|\r/)) {
    const [, field, value = ''] = /^([a-z]+):? ?(.*)$/.exec(line) ?? [];
    if (field === 'event') event = value;
    else if (field === 'data') data.push(value);
  }
  return { event, data: data.join('\n') };
}
