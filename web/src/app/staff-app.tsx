import { type Wardline, WardlineError } from '@wardline/client';
import { WardlineProvider } from '@wardline/client/react';
import { useEffect, useState } from 'react';
import { watchLiveness } from '../shared/not-live.js';
import { remember, remembered } from '../shared/preferences.js';
import type { Alarm } from '../shared/sound.js';
import { type App, AppProvider } from './context.js';
import type { Directories } from './directory.js';
import { Frame } from './frame.js';
import { SessionEnd } from './session/session-end.js';
import { readStart, type Start } from './session/start.js';
import { useTexts } from './texts.js';

const RETRY_MS = 3000;

/** The session and its departments; who has none is sent to sign in. Without an answer it asks again. */
function useStart(client: Wardline, directories: Directories, first: Promise<Start | undefined>): Start | undefined {
  const [start, setStart] = useState<Start>();
  useEffect(() => {
    let isOver = false;
    let retry: ReturnType<typeof setTimeout> | undefined;
    const load = async (asked: Promise<Start | undefined>) => {
      try {
        const found = await asked;
        if (!found) location.replace('/');
        else if (!isOver) setStart(found);
      } catch (error) {
        if (isOver) return;
        if (error instanceof WardlineError && error.status === 401) location.replace(`/?next=${encodeURIComponent(location.pathname)}`);
        else retry = setTimeout(() => void load(readStart(client, directories)), RETRY_MS);
      }
    };
    void load(first);
    return () => {
      isOver = true;
      clearTimeout(retry);
    };
  }, [client, directories, first]);
  return start;
}

interface Props {
  client: Wardline;
  alarm: Alarm;
  directories: Directories;
  /** The first look, begun before the page had its words. */
  first: Promise<Start | undefined>;
}

export function StaffApp({ client, alarm, directories, first }: Props) {
  const texts = useTexts();
  const start = useStart(client, directories, first);
  const [isSignedOut, setSignedOut] = useState(false);
  const [chosen, choose] = useState(remembered('dept'));
  const [said, say] = useState('');

  useEffect(
    () =>
      watchLiveness(client, {
        title: texts.t('not_live.title'),
        load: texts.t('not_live.load'),
        since: (at) => texts.t('not_live.since', { time: texts.time(at, { hour: '2-digit', minute: '2-digit', second: '2-digit' }) }),
        reason: ({ phase }) => texts.t(`not_live.${phase === 'live' ? 'connecting' : phase}`),
      }),
    [client, texts],
  );
  const [sessionEnd, setSessionEnd] = useState<SessionEnd>();
  useEffect(() => {
    const leave = (ending: 'signed_out' | 'revoked' | 'expired') => {
      // Nothing of the ward stays on the screen, whatever the browser does next.
      alarm.close();
      directories.close();
      setSignedOut(true);
      location.replace(`/?ended=${ending}`);
    };
    const end = new SessionEnd(client, () => {
      leave('expired');
    });
    setSessionEnd(end);
    const undo = client.on('signed_out', ({ reason }) => {
      leave(reason === 'signed_out' ? 'signed_out' : end.isOver ? 'expired' : 'revoked');
    });
    return () => {
      undo();
      end.close();
    };
  }, [client, alarm, directories]);

  if (isSignedOut) return null;
  const dept = start?.departments.find(({ id }) => id === chosen)?.id ?? start?.departments[0]?.id;
  if (!start || !sessionEnd) return <p className="loading">{texts.t('loading')}</p>;
  if (dept === undefined) {
    return (
      <main className="loading">
        <h1>{start.user.name}</h1>
        <p>{texts.t('no_department')}</p>
        <button className="button" onClick={() => void client.signOut().catch(() => undefined)}>
          {texts.t('settings.sign_out')}
        </button>
      </main>
    );
  }
  const app: App = {
    user: start.user,
    departments: start.departments,
    dept,
    chooseDept: (next) => {
      remember('dept', next);
      choose(next);
    },
    directories,
    alarm,
    sessionEnd,
    say,
  };
  return (
    <WardlineProvider client={client}>
      <AppProvider value={app}>
        <Frame said={said} />
      </AppProvider>
    </WardlineProvider>
  );
}
