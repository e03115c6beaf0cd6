import { type Wardline, WardlineError } from '@wardline/client';
import { useEffect, useState } from 'react';
import { errorText } from '../shared/texts/error-text.js';
import { Logo } from '../shared/ui/logo.js';
import { untilDone } from '../shared/until-done.js';
import { LinksPage } from './links-page.js';
import ar from './messages/ar.js';
import de from './messages/de.js';
import en from './messages/en.js';
import { useTexts } from './texts.js';

type Departments = Awaited<ReturnType<Wardline['directory']['departments']>>['items'];
const LINES = { en, ar, de };
const RETRY_MS = 3000;

/** The administrator's pages, for somebody who is signed in as one. */
export function ConsoleApp({ client }: { client: Wardline }) {
  const texts = useTexts();
  const { t } = texts;
  const [departments, setDepartments] = useState<Departments>();
  const [name, setName] = useState<string>();
  const [fault, setFault] = useState<string>();
  useEffect(() => {
    const search = untilDone(async () => {
      try {
        const { user, password_change_required } = await client.session();
        if (password_change_required) {
          location.replace('/');
          return;
        }
        setName(user.name);
        if (user.role !== 'admin') {
          setFault(t('links.admins'));
          return;
        }
        setDepartments((await client.directory.departments()).items);
        setFault(undefined);
      } catch (error) {
        if (error instanceof WardlineError && error.status === 401) location.replace(`/?next=${encodeURIComponent(location.pathname)}`);
        else {
          setFault(errorText(texts, error));
          throw error;
        }
      }
    }, RETRY_MS);
    return () => {
      search.stop();
    };
  }, [client, t, texts]);
  useEffect(
    () =>
      client.on('signed_out', () => {
        location.replace('/?ended=signed_out');
      }),
    [client],
  );
  useEffect(() => {
    document.title = `${t('links.title')} · ${t('product')}`;
  }, [t]);
  return (
    <>
      <a className="button skip" href="#content">
        {t('skip')}
      </a>
      <header className="console-strip no-print">
        <Logo size={28} />
        <span className="console-name">{t('product')}</span>
        <bdi className="console-user hint">{name}</bdi>
        <a className="button button-plain" href="/app">
          {t('links.back')}
        </a>
        <button
          className="button button-plain"
          onClick={() => {
            client.signOut().catch((error: unknown) => {
              setFault(errorText(texts, error));
            });
          }}
        >
          {t('sign_out')}
        </button>
      </header>
      <main id="content" className="links" tabIndex={-1}>
        {fault !== undefined && (
          <p role="alert" className="fault no-print">
            {fault}
          </p>
        )}
        {departments && departments.length > 0 ? (
          <LinksPage client={client} departments={departments} lines={LINES} />
        ) : (
          <>
            <h1>{t('links.title')}</h1>
            {departments ? <p>{t('links.no_department')}</p> : fault === undefined && <p>{t('loading')}</p>}
          </>
        )}
      </main>
      <footer className="console-foot hint no-print">{t('secondary')}</footer>
    </>
  );
}
