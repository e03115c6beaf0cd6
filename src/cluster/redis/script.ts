import { createHash } from 'node:crypto';

/**
 * A Lua script. KEYS[1] is the prefix of all keys of the installation. It carries the hash tag, so on a Redis cluster all keys
 * are on one shard. A script takes effect as a whole or, where Redis is full or not a primary, not at all.
 */
export interface Script {
  readonly name: string;
  readonly text: string;
  readonly sha: string;
}

/**
 * Keys: `servers` (hash: server → row), `beats` (zset: server by heartbeat), `online` (set of users), `u:<user>` (hash: connection → server and nonce),
 * `s:<server>:u` (hash: user → connections there), `s:<server>:m` (hash: room and connection → user), `r:<room>:s` (hash: server → connections
 * there), `r:<room>:u` (hash: user → connections), `r:<room>:z` (zset: the roster by user id), `rooms` (zset by name), `members` (a count).
 */
const PRELUDE = `
local P = KEYS[1]
local call = redis.call

local function now()
  local t = call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end

local function less(key, field)
  local left = call('HINCRBY', key, field, -1)
  if left <= 0 then call('HDEL', key, field) end
  return left
end

-- 0: it was there; 1: one more of a member; 2: a new member; -1: full
local function enter(room, user, server, connection, capacity)
  local rows, field, r = P .. 's:' .. server .. ':m', room .. ' ' .. connection, P .. 'r:' .. room
  if call('HEXISTS', rows, field) == 1 then return 0 end
  local new = call('HEXISTS', r .. ':u', user) == 0
  if new and capacity >= 0 and tonumber(call('GET', P .. 'members') or '0') >= capacity then return -1 end
  call('HSET', rows, field, user)
  call('HINCRBY', r .. ':s', server, 1)
  call('HINCRBY', r .. ':u', user, 1)
  if not new then return 1 end
  call('ZADD', r .. ':z', 0, user)
  call('ZADD', P .. 'rooms', 0, room)
  call('INCR', P .. 'members')
  return 2
end

-- 0: it was not there; 1: the user is still a member; 2: is none any more; 3: and was the last one
local function exit(room, server, connection)
  local rows, field, r = P .. 's:' .. server .. ':m', room .. ' ' .. connection, P .. 'r:' .. room
  local user = call('HGET', rows, field)
  if not user then return 0 end
  call('HDEL', rows, field)
  less(r .. ':s', server)
  if less(r .. ':u', user) > 0 then return 1 end
  call('ZREM', r .. ':z', user)
  if call('DECR', P .. 'members') <= 0 then call('DEL', P .. 'members') end
  if call('ZCARD', r .. ':z') > 0 then return 2 end
  call('ZREM', P .. 'rooms', room)
  return 3
end

local function server_of(held)
  return string.match(held, '^(%S+) ')
end

local function own(user, connection, server, nonce)
  local u = P .. 'u:' .. user
  local held = call('HGET', u, connection)
  call('HSET', u, connection, server .. ' ' .. nonce)
  if held and server_of(held) == server then return end
  if held then less(P .. 's:' .. server_of(held) .. ':u', user) end
  call('SADD', P .. 'online', user)
  call('HINCRBY', P .. 's:' .. server .. ':u', user, 1)
end

local function disown(user, connection, server)
  local u = P .. 'u:' .. user
  call('HDEL', u, connection)
  less(P .. 's:' .. server .. ':u', user)
  if call('EXISTS', u) == 0 then call('SREM', P .. 'online', user) end
end

local function stale(server, ms)
  local at = call('ZSCORE', P .. 'beats', server)
  return not at or now() - at > ms
end
`;

export function script(name: string, body: string): Script {
  const text = PRELUDE + body;
  return { name, text, sha: createHash('sha1').update(text).digest('hex') };
}
