import type { Member } from '@wardline/client';
import { IsolatedList } from '../shared/ui/isolated-list.js';
import { useApp, useDeptNames } from './context.js';
import { PageHeading } from './page-heading.js';
import { useTexts } from './texts.js';
import { Fault } from './loading/fault.js';
import { useStaff } from './loading/use-staff.js';

/** The people of a department: on duty in the order of the queue, then the others. */
export function TeamPage({ dept }: { dept: string }) {
  const { t } = useTexts();
  const { members, fault, reload } = useStaff(dept);
  const onDuty = members?.filter(({ on_duty_since }) => on_duty_since !== null).sort(byQueue) ?? [];
  const offDuty = members?.filter(({ on_duty_since }) => on_duty_since === null) ?? [];
  return (
    <>
      <PageHeading>{t('team.title')}</PageHeading>
      <Fault text={fault} onRetry={reload} />
      {!members && fault === undefined && <p className="loading">{t('loading')}</p>}
      {members && (
        <>
          <section className="panel" aria-label={t('team.on_duty')}>
            <h2>{t('team.on_duty')}</h2>
            {onDuty.length === 0 && <p className="hint">{t('team.none')}</p>}
            <PeopleList people={onDuty} />
          </section>
          {offDuty.length > 0 && (
            <section className="panel" aria-label={t('team.off_duty')}>
              <h2>{t('team.off_duty')}</h2>
              <PeopleList people={offDuty} />
            </section>
          )}
        </>
      )}
    </>
  );
}

function byQueue(a: Member, b: Member): number {
  return (a.queue_position ?? Infinity) - (b.queue_position ?? Infinity) || a.name.localeCompare(b.name);
}

function PeopleList({ people }: { people: readonly Member[] }) {
  const texts = useTexts();
  const { t } = texts;
  const { user, dept } = useApp();
  const names = useDeptNames(dept);
  return (
    <ul className="people">
      {people.map((one) => (
        <li key={one.staff_id} data-online={one.online}>
          <span className="person-dot" aria-hidden="true" />
          <div>
            <p className="person-name">
              <bdi>{one.name}</bdi> {one.staff_id === user.id && <span className="hint">({t('team.you')})</span>}
            </p>
            <p className="hint">
              <IsolatedList
                separator=" · "
                items={[
                  names.roleLabel(one.role, texts),
                  ...(one.on_duty_since === null ? [] : [t('team.since', { time: texts.time(one.on_duty_since) })]),
                  t(one.online ? 'team.online' : 'team.offline'),
                  ...(one.responsive ? [] : [t('team.unresponsive')]),
                  ...(one.paused_until === null ? [] : [t('team.paused', { time: texts.time(one.paused_until) })]),
                  ...(one.excluded_until === null ? [] : [t('team.excluded', { time: texts.time(one.excluded_until) })]),
                ]}
              />
            </p>
          </div>
          {one.on_duty_since !== null && <span className="person-load">{t('team.load', { n: one.load })}</span>}
        </li>
      ))}
    </ul>
  );
}
