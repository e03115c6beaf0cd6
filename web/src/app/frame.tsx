import type { DepartmentState } from '@wardline/client';
import { useStatus } from '@wardline/client/react';
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { ErrorBoundary } from '../shared/ui/error-boundary.js';
import { Logo } from '../shared/ui/logo.js';
import { NamedOptions } from '../shared/ui/named-options.js';
import { useAlarm } from './alarm/alarm-hooks.js';
import { CallPage } from './calls/call-page.js';
import { CallsPage } from './calls/calls-page.js';
import { useApp, useDeptNames, useFollowed, usePictures } from './context.js';
import { NoticeBanner } from './notice-banner.js';
import { Link, usePath } from './router.js';
import { SessionExpiring } from './session/session-expiring.js';
import { ShiftBar } from './shift-bar.js';
import { SoundSwitch } from './alarm/sound-switch.js';
import { TeamPage } from './team-page.js';
import { useTexts } from './texts.js';
import { useWakeLock } from './alarm/wake-lock.js';

const Settings = lazy(() => import('./settings/settings-page.js'));
const Staffing = lazy(() => import('./staffing/staffing-page.js'));
const History = lazy(() => import('./staffing/history-page.js'));
const Reports = lazy(() => import('./staffing/reports-page.js'));

const CALL = /^\/app\/calls\/([\w-]+)$/;

/** Without its names a call is an id. After this time an id is better than nothing. */
const NAMES_PATIENCE_MS = 3000;

function useNamesOrPatience(dept: string): boolean {
  const { isLoaded } = useDeptNames(dept);
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      setOver(true);
    }, NAMES_PATIENCE_MS);
    return () => {
      clearTimeout(timer);
    };
  }, []);
  return isLoaded || isOver;
}

/** A picture that nothing renews any more asks for nobody. */
function withoutCalls(pictures: ReadonlyMap<string, DepartmentState>): ReadonlyMap<string, DepartmentState> {
  return new Map([...pictures].map(([dept, picture]) => [dept, { ...picture, calls: [] }]));
}

export function Frame({ said }: { said: string }) {
  const texts = useTexts();
  const { t } = texts;
  const { user, departments, dept, chooseDept } = useApp();
  const path = usePath();
  const followed = useFollowed();
  const pictures = usePictures(followed);
  const isOnDuty = [...pictures.values()].some(({ staff }) => staff.some(({ staff_id }) => staff_id === user.id));
  useAlarm(useStatus().phase === 'stopped' ? withoutCalls(pictures) : pictures);
  useWakeLock(isOnDuty);
  const leads = user.capabilities.includes('staffing.manage');
  const hasNames = useNamesOrPatience(dept);
  const [tries, setTries] = useState(0);
  const isLoaded = pictures.get(dept)?.epoch !== '' && hasNames;

  return (
    <div className="frame">
      <a className="button skip" href="#content">
        {t('skip')}
      </a>
      <header className="strip">
        <Logo size={28} />
        <span className="strip-name">{t('product')}</span>
        {departments.length > 1 ? (
          <select
            className="strip-dept"
            aria-label={t('department')}
            value={dept}
            onChange={({ target }) => {
              chooseDept(target.value);
            }}
          >
            <NamedOptions of={departments} />
          </select>
        ) : (
          <bdi className="strip-dept">{departments[0]?.name}</bdi>
        )}
        <SoundSwitch isOnDuty={isOnDuty} />
        <bdi className="strip-user">{user.name}</bdi>
      </header>
      <nav className="nav" aria-label={t('nav.label')}>
        <NavLink href="/app" icon="M4 17h16l-2-4V9a6 6 0 0 0-12 0v4zM10 20a2 2 0 0 0 4 0">
          {t('nav.calls')}
        </NavLink>
        <NavLink href="/app/team" icon="M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 19a6 6 0 0 1 12 0M16 11a3 3 0 1 0-1-5.8M16 14a6 6 0 0 1 6 5">
          {t('nav.team')}
        </NavLink>
        {leads && (
          <>
            <NavLink href="/app/staffing" icon="M4 6h16M4 12h16M4 18h16M8 4v4M15 10v4M10 16v4">
              {t('nav.staffing')}
            </NavLink>
            <NavLink href="/app/history" icon="M12 7v5l3 2M21 12a9 9 0 1 1-9-9">
              {t('nav.history')}
            </NavLink>
            <NavLink href="/app/reports" icon="M4 20V10M10 20V4M16 20v-7M21 20H3">
              {t('nav.reports')}
            </NavLink>
          </>
        )}
        {user.role === 'admin' && (
          // The console is a page of its own.
          <a className="nav-link" href="/console/links">
            <Icon path="M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h3v3h3v3h-6z" />
            <span>{t('nav.console')}</span>
          </a>
        )}
        <NavLink
          href="/app/settings"
          icon="M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM12 3v3M12 18v3M3 12h3M18 12h3M6 6l2 2M16 16l2 2M18 6l-2 2M8 16l-2 2"
        >
          {t('nav.settings')}
        </NavLink>
      </nav>
      <div className="page">
        <SessionExpiring />
        <NoticeBanner key={dept} dept={dept} />
        <ShiftBar dept={dept} />
        <main id="content" tabIndex={-1}>
          {isLoaded ? (
            <ErrorBoundary
              resetKey={`${path} ${tries}`}
              fallback={
                <div role="alert" className="fault stack">
                  <p>{t('broken.title')}</p>
                  <button
                    className="button"
                    onClick={() => {
                      // A file that did not load is asked for again by a load alone; that costs the sound, so it comes second.
                      if (tries === 0) setTries(1);
                      else location.reload();
                    }}
                  >
                    {t('retry')}
                  </button>
                </div>
              }
            >
              <Suspense fallback={<p className="loading">{t('loading')}</p>}>
                <Route path={path} dept={dept} followed={followed} leads={leads} />
              </Suspense>
            </ErrorBoundary>
          ) : (
            <>
              <h1 className="visually-hidden">{t('calls.title')}</h1>
              <p className="loading">{t('connecting')}</p>
            </>
          )}
        </main>
        <footer className="foot-note hint">{t('secondary')}</footer>
      </div>
      <p role="status" className="said">
        {said}
      </p>
    </div>
  );
}

function Route({ path, dept, followed, leads }: { path: string; dept: string; followed: readonly string[]; leads: boolean }): ReactNode {
  const callId = CALL.exec(path)?.[1];
  if (callId !== undefined) return <CallPage key={callId} id={callId} />;
  if (path === '/app/team') return <TeamPage dept={dept} key={dept} />;
  if (path === '/app/settings') return <Settings />;
  if (leads && path === '/app/staffing') return <Staffing dept={dept} key={dept} />;
  if (leads && path === '/app/history') return <History dept={dept} key={dept} />;
  if (leads && path === '/app/reports') return <Reports dept={dept} key={dept} />;
  return <CallsPage dept={dept} followed={followed} />;
}

function NavLink({ href, icon, children }: { href: string; icon: string; children: string }) {
  return (
    <Link className="nav-link" href={href}>
      <Icon path={icon} />
      <span>{children}</span>
    </Link>
  );
}

function Icon({ path }: { path: string }) {
  return (
    <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}
