import { type Script, script } from './script.js';

/** Messages, windows, streams. */
export const TRAFFIC_SCRIPTS = {
  publishToUser: script(
    'publish_to_user',
    `local user, from, text, nodes, seen = ARGV[1], ARGV[2], ARGV[3], 0, {}
    for _, held in ipairs(call('HVALS', P .. 'u:' .. user)) do
      local server = server_of(held)
      if server ~= from and not seen[server] then
        seen[server] = true
        if call('PUBLISH', P .. 'n:' .. server, text) > 0 then nodes = nodes + 1 end
      end
    end
    return nodes`,
  ),
  publishToRoom: script(
    'publish_to_room',
    `local room, from, text, nodes = ARGV[1], ARGV[2], ARGV[3], 0
    for _, server in ipairs(call('HKEYS', P .. 'r:' .. room .. ':s')) do
      if server ~= from and call('PUBLISH', P .. 'n:' .. server, text) > 0 then nodes = nodes + 1 end
    end
    return nodes`,
  ),
  /** A list of the times of those that still count, newest first: no longer than the limit. */
  hit: script(
    'hit',
    `local key, count, length, t = P .. 'w:' .. ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), now()
    local oldest = call('LINDEX', key, count - 1)
    if oldest and t - oldest < length then return length - (t - oldest) end
    call('LPUSH', key, string.format('%.0f', t))
    call('LTRIM', key, 0, count - 1)
    call('PEXPIRE', key, length)
    return 0`,
  ),
  append: script(
    'append',
    `local key, age = P .. 'x:' .. ARGV[1], tonumber(ARGV[4])
    local id = call('XADD', key, 'MAXLEN', ARGV[3], '*', 't', ARGV[2])
    call('XTRIM', key, 'MINID', string.format('%.0f', now() - age))
    call('PEXPIRE', key, age)
    return id`,
  ),
  read: script(
    'read',
    `local key, consumer, count, idle, age = P .. 'x:' .. ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
    if call('EXISTS', key) == 0 then return {} end
    call('XTRIM', key, 'MINID', string.format('%.0f', now() - age))
    redis.pcall('XGROUP', 'CREATE', key, 'nodes', '0')
    local given = {}
    for _, entry in ipairs(call('XAUTOCLAIM', key, 'nodes', consumer, idle, '0', 'COUNT', count)[2]) do
      given[#given + 1] = { entry[1], entry[2][2] }
    end
    if #given < count then
      local fresh = call('XREADGROUP', 'GROUP', 'nodes', consumer, 'COUNT', count - #given, 'STREAMS', key, '>')
      for _, entry in ipairs(fresh and fresh[1][2] or {}) do given[#given + 1] = { entry[1], entry[2][2] } end
    end
    for _, one in ipairs(call('XINFO', 'CONSUMERS', key, 'nodes')) do
      if one[2] ~= consumer and one[4] == 0 and not call('ZSCORE', P .. 'beats', one[2]) then
        call('XGROUP', 'DELCONSUMER', key, 'nodes', one[2])
      end
    end
    return given`,
  ),
  acknowledge: script(
    'acknowledge',
    `local key = P .. 'x:' .. ARGV[1]
    redis.pcall('XACK', key, 'nodes', ARGV[2])
    return call('XDEL', key, ARGV[2])`,
  ),
} as const satisfies Record<string, Script>;
