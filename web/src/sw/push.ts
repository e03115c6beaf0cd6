/** The message that a push carries: words of the server, in the language of the device. */
export interface Pushed {
  readonly title: string;
  readonly body: string;
  /** A later message of the same tag takes the place of this one. */
  readonly tag: string;
  /** The page to open. */
  readonly path: string;
}

const MOST = { title: 120, body: 400, tag: 120 };
const GENERIC: Pushed = { title: 'Wardline', body: '', tag: 'wardline', path: '/app' };

const textOf = (value: unknown, most: number): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, most) : undefined;

/**
 * Reads a push. Something is shown in any case: a browser ends the subscription of a page that shows nothing.
 * It leads to the staff app alone, wherever it says that it leads.
 * @param text of the push; undefined for one without
 */
export function readPush(text: string | undefined): Pushed {
  const { title, body, tag, path } = fieldsOf(text);
  return {
    title: textOf(title, MOST.title) ?? GENERIC.title,
    body: textOf(body, MOST.body) ?? GENERIC.body,
    tag: textOf(tag, MOST.tag) ?? GENERIC.tag,
    path: typeof path === 'string' && /^\/app(\/[\w-]+)*$/.test(path) ? path : GENERIC.path,
  };
}

function fieldsOf(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
