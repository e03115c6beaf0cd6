import type { CallView } from '@wardline/client';
import { useSecond } from '../shared/use-now.js';
import { PresentSign, RankSign, WalkingSign } from './signs.js';
import { useTexts } from './texts.js';
import { useWardTime } from './zone.js';

const STATES = ['pending', 'accepted', 'in_progress'] as const;
const SIGNS = { pending: <RankSign rank={0} />, accepted: <WalkingSign />, in_progress: <PresentSign /> };

function Clock({ now }: { now: () => number }) {
  useSecond();
  const time = useWardTime();
  const at = now();
  return (
    <p className="clock">
      <time className="clock-time">{time(at)}</time>
      <span className="clock-date">{time(at, { weekday: 'long', day: 'numeric', month: 'long' })}</span>
    </p>
  );
}

interface Props {
  readonly names: readonly string[];
  /** Undefined while they are not known of every department. */
  readonly calls: readonly CallView[] | undefined;
  readonly now: () => number;
}

/** The department, how many calls are in which state, and the time. */
export function BoardHeader({ names, calls, now }: Props) {
  const { t } = useTexts();
  return (
    <header className="head">
      <h1>
        {names.map((name, at) => (
          <span key={name}>
            {at > 0 && ' · '}
            <bdi>{name}</bdi>
          </span>
        ))}
      </h1>
      <dl className="counts">
        {STATES.map((state) => {
          const count = calls?.filter((call) => call.state === state).length;
          return (
            <div key={state} className="count" data-state={state} data-none={(count ?? 0) === 0}>
              <dd>{count ?? '–'}</dd>
              <dt>
                {SIGNS[state]}
                {t(`count.${state}`)}
              </dt>
            </div>
          );
        })}
      </dl>
      <Clock now={now} />
    </header>
  );
}
