/**
 * One message of a server-sent event stream (WHATWG HTML, 9.2.6).
 * @param type the message's event name
 * @param text JSON; a line break in it can only stand between its tokens
 * @param id what the client names when it comes back
 */
export function streamFrame(type: string, text: string, id?: number | string): Buffer {
  return Buffer.from(`event: ${type}\n${id === undefined ? '' : `id: ${String(id)}\n`}data: ${text.replaceAll('\n', ' ')}\n\n`, 'utf8');
}
