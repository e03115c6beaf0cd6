/** A frame or a body as it came, before anything is known of it. */
export type AnyFrame = any;
