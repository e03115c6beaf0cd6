export { createClient } from './client.js';
export type { ClientEvents, ClientOptions, Session, Tabs, Wardline } from './client.js';
export type { CallsApi, DeclineCode, ShiftsApi } from './api.js';
export type { CommandOptions, CommandQueue, QueuedCommand } from './commands.js';
export type { Department } from './department.js';
export type { Undo } from './emitter.js';
export { WardlineError } from './errors.js';
export type { ClientErrorCode, ErrorBody } from './errors.js';
export type { Method, Query, RequestOptions } from './http.js';
export { offlineQueue } from './offline-queue.js';
export type { QueueStorage } from './offline-queue.js';
export type { WebSocketConstructor } from './open-socket.js';
export type {
  AnyEvent,
  CallView,
  DepartmentState,
  EventFrame,
  Phase,
  Proof,
  Protocol,
  StaffView,
  Status,
  TransportName,
  User,
  WardlineProtocol,
} from './protocol.js';
export { sharedTabs } from './shared-tabs.js';
export { eventStream } from './transports/event-stream.js';
export { longPoll } from './transports/long-poll.js';
export type { Cursor, Link, LinkContext, LinkEvents, ServerFrame, Transport, WebSocketLike } from './transports/transport.js';
export { webSocket } from './transports/websocket.js';
