import type { ReactNode } from 'react';

function Sign({ children }: { children: ReactNode }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" className="sign">
      {children}
    </svg>
  );
}

/** The shape of a rank, with the marks of IEC 60601-1-8: !!!, !!, !. It says the same without colour. */
export function RankSign({ rank }: { rank: number }) {
  const shape =
    rank >= 2 ? (
      <path d="M7.7 1.8h8.6l6 6v8.4l-6 6H7.7l-6-6V7.8z" />
    ) : rank === 1 ? (
      <path d="M12 1.6 23 21.4H1z" />
    ) : (
      <circle cx="12" cy="12" r="10.3" />
    );
  const marks = rank >= 2 ? [8, 12, 16] : rank === 1 ? [10, 14] : [12];
  const top = rank === 1 ? 10.5 : 7;
  return (
    <Sign>
      {shape}
      {marks.map((x) => (
        <g key={x} className="sign-mark">
          <rect x={x - 0.9} y={top} width="1.8" height={rank === 1 ? 5 : 6.6} rx="0.9" />
          <circle cx={x} cy={rank === 1 ? 18 : 16.6} r="1.15" />
        </g>
      ))}
    </Sign>
  );
}

export function WalkingSign() {
  return (
    <Sign>
      <g className="sign-line">
        <circle cx="13" cy="4" r="1.8" className="sign-dot" />
        <path d="m7 21.5 3-6-1-5.5 4-2 2 4 3.5 1M11 14.5l3 3 1 4M9 10l-2 3.2" />
      </g>
    </Sign>
  );
}

export function PresentSign() {
  return (
    <Sign>
      <path className="sign-line" d="m4 12.8 5.2 5.2L20 6.6" />
    </Sign>
  );
}
