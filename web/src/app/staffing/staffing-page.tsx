import { useWardline } from '@wardline/client/react';
import { useState } from 'react';
import { errorText } from '../../shared/texts/error-text.js';
import { PageHeading } from '../page-heading.js';
import { useTexts } from '../texts.js';
import { useStaff } from '../loading/use-staff.js';
import { Assignments } from './assignments.js';
import { Exclusions } from './exclusions.js';
import { Notices } from './notices.js';
import { Queue } from './queue.js';
import './staffing.css';

/** Runs a command of a manager; what went wrong is said where the page begins. */
export type Attempt = (command: () => Promise<unknown>) => Promise<boolean>;

/** Order, rooms, people who are out, notices: what a manager decides. */
export default function StaffingPage({ dept }: { dept: string }) {
  const texts = useTexts();
  const client = useWardline();
  const { members, fault, reload } = useStaff(dept);
  const [refusal, setRefusal] = useState<string>();
  const attempt: Attempt = async (command) => {
    setRefusal(undefined);
    try {
      await command();
      reload();
      return true;
    } catch (error) {
      setRefusal(errorText(texts, error));
      return false;
    }
  };
  const problem = refusal ?? fault;
  return (
    <>
      <PageHeading>{texts.t('nav.staffing')}</PageHeading>
      <div role="alert">{problem !== undefined && <p className="fault">{problem}</p>}</div>
      {members ? (
        <div className="two">
          <Queue dept={dept} members={members} attempt={attempt} client={client} />
          <Exclusions dept={dept} members={members} attempt={attempt} client={client} />
          <Assignments dept={dept} members={members} attempt={attempt} client={client} />
          <Notices dept={dept} attempt={attempt} client={client} />
        </div>
      ) : (
        problem === undefined && <p className="loading">{texts.t('loading')}</p>
      )}
    </>
  );
}
