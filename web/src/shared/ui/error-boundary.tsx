import { Component, type ReactNode } from 'react';
import { remember, remembered } from '../preferences.js';

interface Props {
  children: ReactNode;
  /** Shown instead of what broke. */
  fallback: ReactNode;
  onError?: () => void;
  /** A change of it is a new try. */
  resetKey?: unknown;
}

/** Keeps a fault in its part of the screen. */
export class ErrorBoundary extends Component<Props, { broken: unknown }> {
  override state: { broken: unknown } = { broken: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { broken: error ?? true };
  }

  override componentDidCatch(): void {
    this.props.onError?.();
  }

  override componentDidUpdate(before: Props): void {
    if (this.state.broken !== undefined && before.resetKey !== this.props.resetKey) this.setState({ broken: undefined });
  }

  override render(): ReactNode {
    return this.state.broken === undefined ? this.props.children : this.props.fallback;
  }
}

const KEY = 'reloads';
const FIRST_DELAY_MS = 2000;
const MAX_DELAY_MS = 60_000;
/** After this long without a fault the next one is a first one again. */
const CALM_MS = 600_000;

/** A broken root loads again by itself: after 2 s, then 4 s, 8 s …, at most a minute. */
export function reloadWithBackOff(): void {
  const [count = 0, at = 0] = (remembered(KEY) ?? '').split(' ').map(Number);
  const tries = Date.now() - at < CALM_MS ? count : 0;
  remember(KEY, `${tries + 1} ${Date.now()}`);
  setTimeout(
    () => {
      location.reload();
    },
    Math.min(FIRST_DELAY_MS * 2 ** tries, MAX_DELAY_MS),
  );
}

/** A chunk of a release that is gone: the page loads once, as the new release. */
export function reloadOnceForLostChunks(): void {
  window.addEventListener('vite:preloadError', (event) => {
    const last = Number(sessionStorage.getItem('wardline.chunk') ?? 0);
    if (Date.now() - last < 30_000) return;
    event.preventDefault();
    sessionStorage.setItem('wardline.chunk', String(Date.now()));
    location.reload();
  });
}
