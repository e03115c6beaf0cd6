import { useWardline } from '@wardline/client/react';
import { Fault } from '../loading/fault.js';
import { useStaff } from '../loading/use-staff.js';
import { PageHeading } from '../page-heading.js';
import { useTexts } from '../texts.js';
import { Assignments } from './assignments.js';
import { Exclusions } from './exclusions.js';
import { Notices } from './notices.js';
import { Queue } from './queue.js';
import './staffing.css';

/** Order, rooms, people who are out, notices: what a manager decides. */
export default function StaffingPage({ dept }: { dept: string }) {
  const { t } = useTexts();
  const client = useWardline();
  const { members, fault, reload } = useStaff(dept);
  return (
    <>
      <PageHeading>{t('nav.staffing')}</PageHeading>
      <Fault text={fault} onRetry={reload} />
      {members ? (
        <div className="two">
          <Queue dept={dept} members={members} onDone={reload} client={client} />
          <Exclusions dept={dept} members={members} onDone={reload} client={client} />
          <Assignments dept={dept} members={members} client={client} />
          <Notices dept={dept} client={client} />
        </div>
      ) : (
        fault === undefined && <p className="loading">{t('loading')}</p>
      )}
    </>
  );
}
