/** Pictures of calls: their shape says how urgent, their sign says what; colour only repeats it. */

const SHAPES = [
  <circle key="0" cx="24" cy="24" r="21" />,
  <path key="1" d="M24 2 46 24 24 46 2 24z" />,
  <path key="2" d="M15 2h18l13 13v18L33 46H15L2 33V15z" />,
];

const SIGNS: Readonly<Record<string, string>> = {
  service_request: 'M16 17h16v11a6 6 0 0 1-6 6h-4a6 6 0 0 1-6-6zM32 20h3a3 3 0 0 1 0 7h-3M20 10v3M24 9v4M28 10v3',
  patient_normal: 'M14 33h20l-3-5v-7a7 7 0 0 0-14 0v7zM21 36a3 3 0 0 0 6 0M24 11v3',
  technical_fault: 'M32 14a7 7 0 0 0-9 9l-9 9 3 3 9-9a7 7 0 0 0 9-9l-4 4-4-1-1-4z',
  cord_out: 'M13 24h8M21 18v12h5a6 6 0 0 0 0-12zM32 21h4M32 27h4',
  bed_exit: 'M12 15v19M12 28h15v6M12 24h9a6 6 0 0 1 6 4M30 20h8M34 16l4 4-4 4',
  device_alarm: 'M11 15h26v18H11zM15 25h4l2-5 4 9 2-4h6',
  staff_assist: 'M19 20a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 34v-5a7 7 0 0 1 14 0v5M33 18v10M28 23h10',
  bath_emergency: 'M24 11c6 7 9 11 9 15a9 9 0 0 1-18 0c0-4 3-8 9-15zM20 27a4 4 0 0 0 4 4',
  staff_emergency: 'M24 12v15M24 33v1',
  code_blue: 'M24 35 13 24a7 7 0 0 1 11-8 7 7 0 0 1 11 8z',
};

export function CallMark({ rank, type, size = 48 }: { rank: number; type: string; size?: number }) {
  return (
    <svg className="call-mark" viewBox="0 0 48 48" width={size} height={size} aria-hidden="true">
      <g className="call-mark-shape">{SHAPES[Math.max(0, Math.min(2, rank))]}</g>
      <path className="call-mark-sign" d={SIGNS[type] ?? SIGNS['patient_normal']} />
    </svg>
  );
}

/** Three steps, as many filled as the call has climbed. */
export function LevelBars({ level }: { level: number }) {
  return (
    <svg className="level-bars" viewBox="0 0 30 20" width="30" height="20" aria-hidden="true">
      {[1, 2, 3].map((step) => (
        <rect key={step} x={(step - 1) * 10 + 1} y={16 - step * 5} width="7" height={step * 5 + 3} data-filled={level >= step} />
      ))}
    </svg>
  );
}
