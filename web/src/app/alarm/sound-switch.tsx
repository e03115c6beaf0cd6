import { formatAge } from '../../shared/texts/age.js';
import { useSecond } from '../../shared/use-now.js';
import { useSoundState } from './alarm-hooks.js';
import { useApp } from '../context.js';
import { useTexts } from '../texts.js';

const QUIET_MS = 120_000;

/** Says whether this device sounds. `SOUND OFF` until somebody touches it: the browser's rule, not ours. */
export function SoundSwitch({ isOnDuty }: { isOnDuty: boolean }) {
  const { t } = useTexts();
  const { alarm } = useApp();
  const state = useSoundState();
  useSecond();
  if (state === 'off') {
    return (
      <button
        className={`sound sound-off ${isOnDuty ? 'sound-loud' : ''}`}
        onClick={() => {
          void alarm.unlock();
        }}
      >
        <strong>{t('sound.off')}</strong>
        <span className="sound-hint">{t('sound.turn_on')}</span>
      </button>
    );
  }
  if (state === 'paused') {
    return (
      <button
        className="sound sound-loud"
        onClick={() => {
          alarm.pause(0);
        }}
      >
        <strong>{t('sound.paused', { age: formatAge(alarm.pauseEnds - Date.now()) })}</strong>
        <span className="sound-hint">{t('sound.again')}</span>
      </button>
    );
  }
  return (
    <button
      className="sound"
      onClick={() => {
        alarm.pause(QUIET_MS);
      }}
    >
      <span>{t('sound.on')}</span>
      <span className="sound-hint">{t('sound.silence', { time: t('minutes', { n: 2 }) })}</span>
    </button>
  );
}
