/** The commands that Wardline itself handles; all others are a hospital's own. */
export const CORE_FRAMES: ReadonlySet<string> = new Set([
  'subscribe',
  'unsubscribe',
  ...['call.raise', 'call.accept', 'call.decline', 'call.arrive', 'call.complete', 'call.cancel'],
  ...['shift.start', 'shift.end', 'shift.pause', 'shift.resume'],
  ...['room.join', 'room.leave', 'room.push'],
]);
