/** Alarm signals after IEC 60601-1-8: pulses in bursts, more of them and closer the more urgent the call is. */
export type Rank = 0 | 1 | 2;
export type SoundState = 'on' | 'off' | 'paused';

interface Pulse {
  /** Seconds from the beginning of the burst. */
  readonly at: number;
  readonly frequency: number;
}

interface Burst {
  readonly pulses: readonly Pulse[];
  readonly pulseSec: number;
  /** From the beginning of one burst to that of the next. */
  readonly everyMs: number;
  readonly vibration: readonly number[];
}

const C4 = 262;
const E4 = 330;
const G4 = 392;
const A4 = 440;
const C5 = 523;

/** Three, two, a rest, and the same again. */
function highPulses(pulseSec: number, gapSec: number): Pulse[] {
  const step = pulseSec + gapSec;
  const five = [
    [0, C4],
    [step, E4],
    [2 * step, G4],
    [3 * step + pulseSec, A4],
    [4 * step + pulseSec, C5],
  ] as const;
  const second = 5 * step + pulseSec + 0.5;
  return [0, second].flatMap((begin) => five.map(([at, frequency]) => ({ at: begin + at, frequency })));
}

export const BURSTS: Readonly<Record<Rank, Burst>> = {
  2: { pulses: highPulses(0.15, 0.09), pulseSec: 0.15, everyMs: 6000, vibration: [150, 90, 150, 90, 150, 240, 150, 90, 150] },
  1: {
    pulses: [
      { at: 0, frequency: C4 },
      { at: 0.4, frequency: A4 },
      { at: 0.8, frequency: G4 },
    ],
    pulseSec: 0.2,
    everyMs: 10_000,
    vibration: [200, 200, 200, 200, 200],
  },
  0: {
    pulses: [
      { at: 0, frequency: E4 },
      { at: 0.45, frequency: C4 },
    ],
    pulseSec: 0.2,
    everyMs: 20_000,
    vibration: [200],
  },
};

export const MAX_PAUSE_MS = 600_000;
const VOLUME = 0.5;
/** Harmonics of a pulse: one alone is hard to locate. */
const HARMONICS = [1, 0.7, 0.6, 0.5, 0.35];

/** Sounds for the most urgent call that asks, without a file. One a page. */
export class Alarm {
  private context: AudioContext | undefined;
  private wave: PeriodicWave | undefined;
  private rank: Rank | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private pauseTimer: ReturnType<typeof setTimeout> | undefined;
  private pausedUntil = 0;
  private readonly playing = new Set<OscillatorNode>();
  private readonly listeners = new Set<() => void>();

  /** `off`: the browser does not let it sound before somebody has touched the page. */
  readonly getState = (): SoundState => {
    if (this.context?.state !== 'running') return 'off';
    return this.pausedUntil > Date.now() ? 'paused' : 'on';
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** End of the pause, in milliseconds since 1970 by this device; 0: none. */
  get pauseEnds(): number {
    return this.pausedUntil;
  }

  /** To be called within a gesture. */
  async unlock(): Promise<void> {
    if (!this.context) {
      this.context = new AudioContext();
      this.context.addEventListener('statechange', this.changed);
    }
    if (this.context.state !== 'running') await this.context.resume().catch(() => undefined);
    this.changed();
    this.restart();
  }

  /** The rank of the most urgent call that asks; undefined: quiet. */
  ring(rank: Rank | undefined): void {
    if (rank === this.rank) return;
    // Quiet for what is known does not hide what is more urgent.
    if (rank !== undefined && rank > (this.rank ?? -1) && rank === 2) this.pause(0);
    this.rank = rank;
    this.restart();
  }

  /** One burst, whatever asks. */
  test(rank: Rank): void {
    this.burst(rank);
  }

  pause(ms: number): void {
    this.pausedUntil = ms > 0 ? Date.now() + Math.min(ms, MAX_PAUSE_MS) : 0;
    clearTimeout(this.pauseTimer);
    if (ms > 0)
      this.pauseTimer = setTimeout(
        () => {
          this.pause(0);
        },
        Math.min(ms, MAX_PAUSE_MS),
      );
    this.changed();
    this.restart();
  }

  close(): void {
    clearTimeout(this.timer);
    clearTimeout(this.pauseTimer);
    this.silence();
    void this.context?.close().catch(() => undefined);
    this.context = undefined;
    this.listeners.clear();
  }

  private readonly changed = (): void => {
    for (const listener of this.listeners) listener();
  };

  private restart(): void {
    clearTimeout(this.timer);
    this.silence();
    if (this.rank === undefined || this.getState() === 'paused') return;
    const { rank } = this;
    const again = () => {
      this.burst(rank);
      this.timer = setTimeout(again, BURSTS[rank].everyMs);
    };
    again();
  }

  private silence(): void {
    for (const oscillator of this.playing) oscillator.stop();
    this.playing.clear();
    if ('vibrate' in navigator && navigator.userActivation.hasBeenActive) navigator.vibrate(0);
  }

  private burst(rank: Rank): void {
    const { pulses, pulseSec, vibration } = BURSTS[rank];
    if ('vibrate' in navigator && navigator.userActivation.hasBeenActive) navigator.vibrate([...vibration]);
    const { context } = this;
    if (context?.state !== 'running') return;
    this.wave ??= context.createPeriodicWave(new Float32Array(HARMONICS.length + 1), new Float32Array([0, ...HARMONICS]));
    const begin = context.currentTime + 0.02;
    for (const { at, frequency } of pulses) {
      const oscillator = context.createOscillator();
      const gain = context.createGain();
      oscillator.setPeriodicWave(this.wave);
      oscillator.frequency.value = frequency;
      gain.gain.setValueAtTime(0, begin + at);
      gain.gain.linearRampToValueAtTime(VOLUME, begin + at + pulseSec * 0.15);
      gain.gain.setValueAtTime(VOLUME, begin + at + pulseSec * 0.85);
      gain.gain.linearRampToValueAtTime(0, begin + at + pulseSec);
      oscillator.connect(gain).connect(context.destination);
      oscillator.start(begin + at);
      oscillator.stop(begin + at + pulseSec);
      this.playing.add(oscillator);
      oscillator.addEventListener('ended', () => {
        this.playing.delete(oscillator);
        gain.disconnect();
      });
    }
  }
}
