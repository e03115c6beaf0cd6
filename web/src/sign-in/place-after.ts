import type { Session } from '@wardline/client';

/**
 * The page after a sign-in: the one that was asked for, within our own pages alone, as a link in a mail must not lead elsewhere.
 * Otherwise the place of the role: the console for an administrator, the calls for everybody else.
 */
export function placeAfter(search: string, { capabilities }: Pick<Session, 'capabilities'>): string {
  const next = new URLSearchParams(search).get('next') ?? '';
  if (/^\/(app|console)(\/[\w/-]*)?$/.test(next)) return next;
  return capabilities.includes('administration') ? '/console' : '/app';
}
