/**
 * All that the server, initdb and their shell get to see of an environment. Explicit, because a stray `PGPORT`, `PGDATA`
 * or `LD_LIBRARY_PATH` of the operator's shell would change what is started; `LC_ALL=C` also keeps the server's messages
 * in the English that the launcher reads.
 */
export const CHILD_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
};
