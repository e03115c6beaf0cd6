/** The mark of Wardline; beside it the name is text. */
export function Logo({ size = 32 }: { size?: number }) {
  return (
    <svg viewBox="0 0 512 512" width={size} height={size} aria-hidden="true">
      <rect width="512" height="512" rx="112" fill="#0d4f6b" />
      <path
        d="M96 176l72 176 88-160 88 160 72-176"
        fill="none"
        stroke="#fff"
        strokeWidth="44"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <circle cx="416" cy="120" r="44" fill="#ffb300" />
    </svg>
  );
}
