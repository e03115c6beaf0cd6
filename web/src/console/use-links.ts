import type { Wardline } from '@wardline/client';
import { useCallback, useEffect, useState } from 'react';

export type Directory = Awaited<ReturnType<Wardline['directory']['get']>>;
export type GuestLink = Awaited<ReturnType<typeof readLinks>>[number];

/** A link that was just made: its address is shown this once. */
export interface Sheet {
  readonly bed: Directory['beds'][number];
  readonly room: string;
  readonly address: string;
}

async function readLinks(client: Wardline, dept: string) {
  return (await client.http('GET /admin/departments/{dept}/guest-links', { dept, limit: 200 })).items;
}

/** The links of a department's beds: those in force, and the sheets of those made here. */
export function useLinks(client: Wardline, dept: string) {
  const [directory, setDirectory] = useState<Directory>();
  const [links, setLinks] = useState<readonly GuestLink[]>([]);
  const [sheets, setSheets] = useState<readonly Sheet[]>([]);
  const [fault, setFault] = useState<unknown>();
  const attempt = useCallback(async (work: () => Promise<void>) => {
    setFault(undefined);
    await work().catch(setFault);
  }, []);
  useEffect(() => {
    setSheets([]);
    setLinks([]);
    setDirectory(undefined);
    void attempt(async () => {
      setDirectory(await client.directory.get(dept));
      setLinks(await readLinks(client, dept));
    });
  }, [client, dept, attempt]);
  const roomOf = (bed: Directory['beds'][number]) => directory?.rooms.find(({ id }) => id === bed.room_id)?.name ?? bed.room_id;

  return {
    directory,
    links,
    sheets,
    fault,
    roomOf,
    /** One bed after the other, so that the record has them in order. */
    make: (days: number) =>
      attempt(async () => {
        setSheets([]);
        for (const bed of directory?.beds ?? []) {
          const { path } = await client.http('POST /admin/departments/{dept}/beds/{id}/guest-link', { dept, id: bed.id, days });
          setSheets((before) => [...before, { bed, room: roomOf(bed), address: location.origin + path }]);
        }
        setLinks(await readLinks(client, dept));
      }),
    end: (bedId: string) =>
      attempt(async () => {
        await client.http('DELETE /admin/departments/{dept}/beds/{id}/guest-link', { dept, id: bedId });
        setSheets((before) => before.filter(({ bed }) => bed.id !== bedId));
        setLinks(await readLinks(client, dept));
      }),
  };
}
