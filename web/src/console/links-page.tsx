import type { Wardline } from '@wardline/client';
import { useState } from 'react';
import { errorText } from '../shared/texts/error-text.js';
import { LANGUAGES, type Language, type Translation, type Translator } from '../shared/texts/i18n.js';
import { Modal } from '../shared/ui/modal.js';
import { NamedOptions } from '../shared/ui/named-options.js';
import type en from './messages/en.js';
import { QrCode } from './qr-code.js';
import { useTexts } from './texts.js';
import { type Sheet, useLinks } from './use-links.js';

const DAYS = 30;
type Lines = Record<Language, Pick<Translation<typeof en>, 'sheet.scan' | 'sheet.safe'>>;

interface Props {
  readonly client: Wardline;
  readonly departments: readonly { id: string; name: string }[];
  /** The words of a sheet in every language. */
  readonly lines: Lines;
}

function SheetCard({ sheet, languages, lines }: { sheet: Sheet; languages: readonly string[]; lines: Lines }) {
  const shown = LANGUAGES.filter((language) => languages.some((one) => one.split('-')[0] === language));
  const { bed, room, address } = sheet;
  return (
    <li className="sheet" data-bed-id={bed.id}>
      <h3>
        <bdi>{room}</bdi> · <bdi>{bed.name}</bdi>
      </h3>
      <QrCode address={address} label={`${room}, ${bed.name}`} />
      {(shown.length > 0 ? shown : (['en'] as const)).map((language) => (
        <p key={language} lang={language} dir="auto">
          <strong>{lines[language]['sheet.scan']}</strong>
          <br />
          {lines[language]['sheet.safe']}
        </p>
      ))}
    </li>
  );
}

function faultText(texts: Translator<typeof en>, fault: unknown): string {
  const { code } = fault as { code?: unknown };
  return code === 'STILL_IN_USE' ? texts.t('links.off') : code === 'FORBIDDEN' ? texts.t('links.admins') : errorText(texts, fault);
}

/** Guest links of a department: sheets with codes to print, and the end of a bed's links. */
export function LinksPage({ client, departments, lines }: Props) {
  const texts = useTexts();
  const { t } = texts;
  const [dept, setDept] = useState(departments[0]?.id ?? '');
  const [isMaking, setMaking] = useState(false);
  const [ending, setEnding] = useState<string>();
  const { directory, links, sheets, fault, roomOf, make, end } = useLinks(client, dept);
  const beds = directory?.beds ?? [];
  const nameOf = (bedId: string) => {
    const bed = beds.find(({ id }) => id === bedId);
    return bed ? `${roomOf(bed)} · ${bed.name}` : bedId;
  };
  const start = async () => {
    setMaking(true);
    await make(DAYS);
    setMaking(false);
  };
  return (
    <>
      <header className="no-print">
        <h1>{t('links.title')}</h1>
        <p>{t('links.lead', { days: DAYS })}</p>
        <div className="links-tools">
          <label className="field">
            <span className="label">{t('links.department')}</span>
            <select
              className="input"
              value={dept}
              onChange={({ target }) => {
                setDept(target.value);
              }}
            >
              <NamedOptions of={departments} />
            </select>
          </label>
          <button className="button button-main" disabled={isMaking || beds.length === 0} onClick={() => void start()}>
            {isMaking ? t('links.making', { n: sheets.length, all: beds.length }) : t('links.make')}
          </button>
          {sheets.length > 0 && !isMaking && (
            <button
              className="button"
              onClick={() => {
                print();
              }}
            >
              {t('links.print')}
            </button>
          )}
        </div>
        {fault !== undefined && (
          <p role="alert" className="fault">
            {faultText(texts, fault)}
          </p>
        )}
      </header>
      <ul className="sheets">
        {sheets.map((sheet) => (
          <SheetCard key={sheet.bed.id} sheet={sheet} languages={directory?.languages ?? []} lines={lines} />
        ))}
      </ul>
      <section className="no-print" aria-labelledby="in-force">
        <h2 id="in-force">{t('links.in_force')}</h2>
        {links.length === 0 && <p className="hint">{t('links.none')}</p>}
        <ul className="links-list">
          {links.map(({ bed_id, expires_at, devices }) => (
            <li key={bed_id}>
              <span className="links-name">
                <bdi>{nameOf(bed_id)}</bdi>
                <span className="hint">
                  {t('links.until', { time: texts.time(expires_at, { day: 'numeric', month: 'long', year: 'numeric' }) })} ·{' '}
                  {t('links.devices', { n: devices })}
                </span>
              </span>
              <button
                className="button"
                aria-label={t('links.end_of', { bed: nameOf(bed_id) })}
                onClick={() => {
                  setEnding(bed_id);
                }}
              >
                {t('links.end')}
              </button>
            </li>
          ))}
        </ul>
      </section>
      {ending !== undefined && (
        <Modal
          title={t('links.end_of', { bed: nameOf(ending) })}
          lead={t('links.end_lead')}
          backLabel={t('back')}
          onClose={() => {
            setEnding(undefined);
          }}
        >
          <button
            className="button button-danger"
            onClick={() => {
              setEnding(undefined);
              void end(ending);
            }}
          >
            {t('links.end')}
          </button>
        </Modal>
      )}
    </>
  );
}
