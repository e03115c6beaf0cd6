import type { CallWithHistory } from '@wardline/client';
import { IsolatedList } from '../../shared/ui/isolated-list.js';
import type { Names } from '../directory.js';
import { useTexts } from '../texts.js';

const SECONDS = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;

/** The history of a call by its events, the oldest first. */
export function CallHistory({ call, names }: { call: CallWithHistory; names: Names }) {
  const texts = useTexts();
  const { t } = texts;
  const author = (by: string | undefined): string | undefined => {
    const [kind, id = ''] = by?.split(':') ?? [];
    if (kind === 'staff') return t('call.by', { name: names.person(id) ?? t('role.admin') });
    if (kind === 'station') return t('call.by_station', { name: names.station(id) });
    return kind === 'system' ? t('call.by_system') : undefined;
  };
  return (
    <ol className="history">
      {call.history.map((event) => {
        const { reason, level, code, by, staff_ids = [] } = event.data;
        const isPlaced = event.type === 'call.pending' && reason === undefined;
        const key = isPlaced ? 'event.placed' : `event.${event.type}`;
        // The clock or the queue asked this recipient, not the person whose press or decline led to it.
        const named = event.type === 'call.assigned' || event.type === 'call.escalated' ? undefined : author(by);
        const title = texts.has(key) ? t(key, { level: level ?? 0 }) : event.type;
        const because = `because.${String(reason)}`;
        const details = [
          ...(reason !== undefined && texts.has(because) ? [t(because)] : []),
          ...(code === undefined ? [] : [t(`decline.${code}`)]),
          ...staff_ids.map((id) => names.person(id) ?? t('role.admin')),
        ];
        return (
          <li key={event.id}>
            <time dateTime={event.time}>{texts.time(event.time, SECONDS)}</time>
            <div>
              <strong>{title}</strong>
              {named !== undefined && <span> {named}</span>}
              {details.length > 0 && (
                <p className="hint">
                  <IsolatedList separator={t('list.separator')} items={details} />
                </p>
              )}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
