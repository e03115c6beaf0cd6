import { type Wardline, WardlineError } from '@wardline/client';
import { useEffect, useMemo, useState } from 'react';
import { watchLiveness } from '../shared/not-live.js';
import { stayAwake } from '../shared/stay-awake.js';
import { type Board, exchangeCode, readBoard } from './pairing/board-client.js';
import { BoardScreen } from './board-screen.js';
import { Choice } from './pairing/choice.js';
import { Pairing } from './pairing/pairing.js';
import { useTexts } from './texts.js';
import { untilDone } from '../shared/until-done.js';
import { watchBoard } from './watchdog.js';

type Seen = { kind: 'loading' } | { kind: 'unpaired' } | { kind: 'board'; board: Board };

/** `/board/icu`, `/board?depts=icu,med`; none: all that the board may show. */
function wantedDepartments(): readonly string[] {
  const [, , dept = ''] = location.pathname.split('/');
  const many = (new URLSearchParams(location.search).get('depts') ?? '').split(',');
  return [...new Set([decodeURIComponent(dept), ...many].filter((id) => id !== ''))];
}

/** A code in the fragment reaches no log. It is used once, and then gone from the address. */
function takeCode(): string | undefined {
  const code = new URLSearchParams(location.hash.slice(1)).get('code') ?? undefined;
  if (code !== undefined) history.replaceState(null, '', location.pathname + location.search);
  return code;
}

const CODE = takeCode();

async function findBoard(client: Wardline, code: string | undefined): Promise<Seen> {
  try {
    return { kind: 'board', board: await (code === undefined ? readBoard(client) : exchangeCode(client, code)) };
  } catch (error) {
    if (code !== undefined) return findBoard(client, undefined);
    if (error instanceof WardlineError && (error.status === 401 || error.status === 403)) return { kind: 'unpaired' };
    throw error;
  }
}

/** Says NOT LIVE while the page shows a picture, or looks for one; not while it asks for something. */
function useLiveness(client: Wardline, isOn: boolean): void {
  const texts = useTexts();
  useEffect(() => {
    if (!isOn) return;
    return watchLiveness(client, {
      title: texts.t('not_live.title'),
      load: texts.t('not_live.load'),
      since: (at) => texts.t('not_live.since', { time: texts.time(at) }),
      reason: ({ phase }) => texts.t(phase === 'live' ? 'not_live.connecting' : `not_live.${phase}`),
    });
  }, [client, isOn, texts]);
}

export function BoardApp({ client }: { client: Wardline }) {
  const { t } = useTexts();
  const [seen, setSeen] = useState<Seen>({ kind: 'loading' });
  const wanted = useMemo(wantedDepartments, []);
  useLiveness(client, seen.kind === 'loading');
  useEffect(() => {
    const search = untilDone(async () => {
      setSeen(await findBoard(client, CODE));
    });
    // A board that was revoked shows nothing any more, and asks for a code.
    const undo = client.on('signed_out', () => {
      search.again();
    });
    return () => {
      undo();
      search.stop();
    };
  }, [client]);

  if (seen.kind === 'loading') return <p className="loading">{t('loading')}</p>;
  if (seen.kind === 'unpaired')
    return (
      <Pairing
        onCode={async (entered) => {
          const board = await exchangeCode(client, entered);
          // A client that was stopped by a revocation begins with the page.
          if (client.status.phase === 'stopped') location.reload();
          else setSeen({ kind: 'board', board });
        }}
      />
    );
  return <PairedBoard client={client} board={seen.board} wanted={wanted} />;
}

function PairedBoard({ client, board, wanted }: { client: Wardline; board: Board; wanted: readonly string[] }) {
  const missing = wanted.filter((id) => !board.departments.includes(id));
  const ids = useMemo(() => (wanted.length > 0 ? wanted : board.departments), [wanted, board]);
  const isShown = missing.length === 0;
  useLiveness(client, isShown);
  useEffect(() => {
    if (!isShown) return;
    const calm = () =>
      ids.every((id) =>
        client
          .department(id)
          .getSnapshot()
          .calls.every(({ state }) => state !== 'pending'),
      );
    const ends = [watchBoard(client, calm), stayAwake()];
    return () => {
      for (const end of ends) end();
    };
  }, [client, ids, isShown]);
  if (!isShown) return <Choice client={client} wanted={missing} departments={board.departments} />;
  return <BoardScreen client={client} ids={ids} />;
}
