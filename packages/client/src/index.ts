export { CLOSE_CODES } from './generated/close-codes.js';
export { createClient } from './client.js';
export type { ClientEvents, ClientOptions, Tabs, Wardline } from './wardline.js';
export type * from './generated/protocol.js';
export type { CallsApi, DeclineCode, ShiftsApi } from './api/api.js';
export type { CommandOptions, CommandQueue, QueuedCommand } from './api/commands.js';
export type { Department } from './department.js';
export type { Undo } from './emitter.js';
export { WardlineError } from './errors.js';
export type { ClientErrorCode, ErrorBody } from './errors.js';
export type { Method, Query, RequestOptions } from './http.js';
export { offlineQueue } from './api/offline-queue.js';
export type { QueueStorage } from './api/offline-queue.js';
export type { WebSocketConstructor, WebSocketLike } from './environment/web-socket.js';
export type {
  AnyEvent,
  CallView,
  CommandData,
  CommandType,
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
export type { CallRoute, Route, RouteAnswer, RouteInput, RouteOptions } from './api/routes.js';
export { sharedTabs } from './tabs/shared-tabs.js';
export { eventStream } from './transports/event-stream.js';
export { longPoll } from './transports/long-poll.js';
export type { Cursor, Link, LinkContext, LinkEvents, ServerFrame, Transport } from './transports/transport.js';
export type { DirectoryApi, ReportsApi, SessionsApi, StaffingApi, WardApi } from './api/ward-api.js';
export { webSocket } from './transports/websocket.js';
