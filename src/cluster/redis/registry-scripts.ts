import { type Script, script } from './script.js';

/** Nodes, owners, rooms. */
export const REGISTRY_SCRIPTS = {
  own: script(
    'own',
    `local user, connection, server, nonce, capacity = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
    if capacity >= 0 and call('EXISTS', P .. 'u:' .. user) == 0 and call('SCARD', P .. 'online') >= capacity then return -1 end
    own(user, connection, server, nonce)
    return 1`,
  ),
  release: script(
    'release',
    `local user, connection, server, nonce = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
    if call('HGET', P .. 'u:' .. user, connection) ~= server .. ' ' .. nonce then return 0 end
    disown(user, connection, server)
    return 1`,
  ),
  /** Connections and what they are held with, one after the other. */
  connectionsOf: script('connections_of', `return call('HGETALL', P .. 'u:' .. ARGV[1])`),
  join: script('join', `return enter(ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]))`),
  leave: script('leave', `return exit(ARGV[1], ARGV[2], ARGV[3])`),
  joinUser: script(
    'join_user',
    `local room, user, capacity, changed, moved = ARGV[1], ARGV[2], tonumber(ARGV[3]), 0, {}
    local held = call('HGETALL', P .. 'u:' .. user)
    for i = 1, #held, 2 do
      local server = server_of(held[i + 1])
      local done = enter(room, user, server, held[i], capacity)
      if done == -1 then return -1 end
      if done == 2 then changed = 1 end
      if done > 0 then moved[#moved + 1] = server; moved[#moved + 1] = held[i] end
    end
    return { changed, moved }`,
  ),
  leaveUser: script(
    'leave_user',
    `local room, user, changed, moved = ARGV[1], ARGV[2], 0, {}
    local held = call('HGETALL', P .. 'u:' .. user)
    for i = 1, #held, 2 do
      local server = server_of(held[i + 1])
      local done = exit(room, server, held[i])
      if done >= 2 then changed = 1 end
      if done > 0 then moved[#moved + 1] = server; moved[#moved + 1] = held[i] end
    end
    return { changed, moved }`,
  ),
  beat: script(
    'beat',
    `local server, row = ARGV[1], ARGV[2]
    local known = call('ZSCORE', P .. 'beats', server) and 1 or 0
    call('HSET', P .. 'servers', server, row)
    call('ZADD', P .. 'beats', now(), server)
    return { known, call('HLEN', P .. 's:' .. server .. ':u'), call('HLEN', P .. 's:' .. server .. ':m') }`,
  ),
  listServers: script(
    'list_servers',
    `local rows, t, listed = call('HGETALL', P .. 'servers'), now(), {}
    for i = 1, #rows, 2 do
      local age = t - (call('ZSCORE', P .. 'beats', rows[i]) or 0)
      listed[#listed + 1] = { rows[i], rows[i + 1], age, call('HLEN', P .. 's:' .. rows[i] .. ':u') }
    end
    return listed`,
  ),
  staleServers: script(
    'stale_servers',
    `local t = now() - tonumber(ARGV[1])
    return call('ZRANGEBYSCORE', P .. 'beats', '-inf', '(' .. string.format('%.0f', t))`,
  ),
  /** A batch of what a node left; answers how many connections, rows in rooms and rooms went, who left which room, and whether there is more. */
  reap: script(
    'reap',
    `local server, ms, batch = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
    if ms >= 0 and not stale(server, ms) then return { 0, 0, 0, 0, {}, 0 } end
    local owners, rows, rooms, left = 0, 0, 0, {}
    local found = call('HRANDFIELD', P .. 's:' .. server .. ':m', batch, 'WITHVALUES')
    for i = 1, #found, 2 do
      local room, connection = string.match(found[i], '^(%S+) (%S+)$')
      local done = exit(room, server, connection)
      if done > 0 then rows = rows + 1 end
      if done >= 2 then left[#left + 1] = room; left[#left + 1] = found[i + 1] end
      if done == 3 then rooms = rooms + 1 end
    end
    local users = call('HRANDFIELD', P .. 's:' .. server .. ':u', batch, 'WITHVALUES')
    for i = 1, #users, 2 do
      local held = call('HGETALL', P .. 'u:' .. users[i])
      for j = 1, #held, 2 do
        if server_of(held[j + 1]) == server then
          disown(users[i], held[j], server)
          owners = owners + 1
        end
      end
      call('HDEL', P .. 's:' .. server .. ':u', users[i])
    end
    if #found > 0 or #users > 0 then return { 0, owners, rows, rooms, left, 1 } end
    local known = call('HDEL', P .. 'servers', server)
    call('ZREM', P .. 'beats', server)
    return { known, owners, rows, rooms, left, 0 }`,
  ),
  /** Writes a node's rows again, without a check of capacity: a connected user is never turned away. */
  restore: script(
    'restore',
    `local server, owners = ARGV[1], tonumber(ARGV[2])
    local i = 3
    for _ = 1, owners do
      own(ARGV[i], ARGV[i + 1], server, ARGV[i + 2])
      i = i + 3
    end
    while i < #ARGV do
      enter(ARGV[i], ARGV[i + 1], server, ARGV[i + 2], -1)
      i = i + 3
    end
    return 1`,
  ),
  members: script(
    'members',
    `local page = call('ZRANGEBYLEX', P .. 'r:' .. ARGV[1] .. ':z', ARGV[2], '+', 'LIMIT', 0, ARGV[3])
    local rows, at_once = {}, 1000
    for from = 1, #page, at_once do
      local held = call('HMGET', P .. 'r:' .. ARGV[1] .. ':u', unpack(page, from, math.min(from + at_once - 1, #page)))
      for i, connections in ipairs(held) do rows[#rows + 1] = { page[from + i - 1], connections } end
    end
    return rows`,
  ),
  rooms: script(
    'rooms',
    `local page = call('ZRANGEBYLEX', P .. 'rooms', ARGV[1], '+', 'LIMIT', 0, ARGV[2])
    local rows = {}
    for i, room in ipairs(page) do rows[i] = { room, call('ZCARD', P .. 'r:' .. room .. ':z') } end
    return rows`,
  ),
  unlock: script(
    'unlock',
    `if call('GET', P .. 'lock:' .. ARGV[1]) == ARGV[2] then return call('DEL', P .. 'lock:' .. ARGV[1]) end return 0`,
  ),
} as const satisfies Record<string, Script>;
