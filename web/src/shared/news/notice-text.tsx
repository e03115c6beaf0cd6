import type { SharedTexts } from '../texts/texts.js';
import type { NoticeCode } from './news.js';

/** Every code that this release knows has its words; one of a newer server is shown as it is. */
export function NoticeText({ code, texts }: { code: NoticeCode; texts: SharedTexts }) {
  const key = `notice.${code}` as const;
  return texts.has(key) ? texts.t(key) : code;
}
