import type { GuestState } from './guest-calls.service.js';

/** The words of the guest page in one language. */
export interface GuestTexts {
  dir: 'ltr' | 'rtl';
  /** The language's own name. */
  own: string;
  title: string;
  /** The link past the languages. */
  skip: string;
  press: string;
  choose: string;
  usual: string;
  /** The heading of a call's steps. */
  progress: string;
  steps: Readonly<Record<Exclude<GuestState, 'idle'>, string>>;
  states: Readonly<Record<GuestState, string>>;
  safe: string;
  gone: string;
  crowded: string;
  busy: string;
  sending: string;
  /** While a press that did not arrive is sent again. */
  retrying: string;
  failed: string;
  /** While the page cannot follow the call. */
  offline: string;
  again: string;
  /** The name of the choice of languages. */
  languages: string;
}

const en: GuestTexts = {
  dir: 'ltr',
  own: 'English',
  title: 'Call a nurse',
  skip: 'Skip to the button',
  press: 'Call a nurse',
  choose: 'What do you need? (optional)',
  usual: 'A nurse',
  progress: 'Your call',
  steps: { sent: 'Sent', on_the_way: 'On the way', done: 'Done' },
  states: {
    idle: 'Ready',
    sent: 'Your call was sent.',
    on_the_way: 'A nurse is on the way.',
    done: 'Done. Call again whenever you need to.',
  },
  safe: 'The button at the bed or on the wall is the safe way to call. Use it in an emergency, or when nothing happens here.',
  gone: 'This link is no longer valid. Please use the button at the bed or on the wall.',
  crowded: 'This link is in use on three devices already. Please use one of them, or the button on the wall.',
  busy: 'Please wait a moment and try again. In an emergency use the button on the wall.',
  sending: 'Sending …',
  retrying: 'Not sent yet. Trying again …',
  failed: 'Your call was NOT sent. Please use the button at the bed or on the wall.',
  offline: 'No connection. This page may be old. Please use the button at the bed or on the wall.',
  again: 'Look again',
  languages: 'Languages',
};
const de: GuestTexts = {
  dir: 'ltr',
  own: 'Deutsch',
  title: 'Pflegekraft rufen',
  skip: 'Zum Knopf springen',
  press: 'Pflegekraft rufen',
  choose: 'Was brauchen Sie? (freiwillig)',
  usual: 'Pflegekraft',
  progress: 'Ihr Ruf',
  steps: { sent: 'Gesendet', on_the_way: 'Unterwegs', done: 'Erledigt' },
  states: {
    idle: 'Bereit',
    sent: 'Ihr Ruf ist gesendet.',
    on_the_way: 'Eine Pflegekraft ist unterwegs.',
    done: 'Erledigt. Rufen Sie jederzeit wieder.',
  },
  safe: 'Der sichere Weg ist der Ruftaster am Bett oder an der Wand. Benutzen Sie ihn im Notfall, oder wenn hier nichts geschieht.',
  gone: 'Dieser Link gilt nicht mehr. Bitte benutzen Sie den Ruftaster am Bett oder an der Wand.',
  crowded: 'Dieser Link ist schon auf drei Geräten in Gebrauch. Bitte benutzen Sie eines davon oder den Ruftaster an der Wand.',
  busy: 'Bitte warten Sie einen Augenblick und versuchen Sie es wieder. Im Notfall benutzen Sie den Ruftaster an der Wand.',
  sending: 'Wird gesendet …',
  retrying: 'Noch nicht gesendet. Neuer Versuch …',
  failed: 'Ihr Ruf wurde NICHT gesendet. Bitte benutzen Sie den Ruftaster am Bett oder an der Wand.',
  offline: 'Keine Verbindung. Diese Seite ist vielleicht veraltet. Bitte benutzen Sie den Ruftaster am Bett oder an der Wand.',
  again: 'Noch einmal nachsehen',
  languages: 'Sprachen',
};
const ar: GuestTexts = {
  dir: 'rtl',
  own: 'العربية',
  title: 'نداء الممرض',
  skip: 'انتقل إلى الزر',
  press: 'نداء الممرض',
  choose: 'ماذا تحتاج؟ (اختياري)',
  usual: 'ممرض',
  progress: 'نداؤك',
  steps: { sent: 'أُرسل', on_the_way: 'في الطريق', done: 'تم' },
  states: {
    idle: 'جاهز',
    sent: 'تم إرسال ندائك.',
    on_the_way: 'الممرض في الطريق إليك.',
    done: 'تم. يمكنك النداء مرة أخرى متى احتجت.',
  },
  safe: 'الزر عند السرير أو على الحائط هو الطريقة الآمنة للنداء. استخدمه في حالة الطوارئ أو إذا لم يحدث شيء هنا.',
  gone: 'هذا الرابط لم يعد صالحًا. يرجى استخدام الزر عند السرير أو على الحائط.',
  crowded: 'هذا الرابط مستخدم بالفعل على ثلاثة أجهزة. يرجى استخدام أحدها أو الزر على الحائط.',
  busy: 'يرجى الانتظار قليلًا ثم المحاولة مرة أخرى. في حالة الطوارئ استخدم الزر على الحائط.',
  sending: 'جارٍ الإرسال …',
  retrying: 'لم يُرسل بعد. تجري المحاولة من جديد …',
  failed: 'لم يتم إرسال ندائك. يرجى استخدام الزر عند السرير أو على الحائط.',
  offline: 'لا يوجد اتصال. قد تكون هذه الصفحة قديمة. يرجى استخدام الزر عند السرير أو على الحائط.',
  again: 'تحقق مرة أخرى',
  languages: 'اللغات',
};

/** Another language is one entry more. */
const GUEST_TEXTS: Readonly<Record<string, GuestTexts>> = { en, ar, de };

/** Every language that the page is written in. */
export const GUEST_LANGUAGES: readonly string[] = Object.keys(GUEST_TEXTS);

/** The facility's languages that the page is written in; English where it has none of them. */
export function pageLanguages(languages: readonly string[]): string[] {
  const known = languages.filter((tag) => GUEST_TEXTS[base(tag)] !== undefined);
  return known.length > 0 ? known : ['en'];
}

/** The one that was asked for, else the best one of `Accept-Language`, else the facility's first. */
export function chooseLanguage(offered: readonly string[], asked: string | undefined, accepted: string | undefined): string {
  const wanted = [asked ?? '', ...(accepted ?? '').slice(0, 200).split(',')].map((one) => base(one.split(';')[0]?.trim() ?? ''));
  for (const tag of wanted) {
    const found = offered.find((one) => base(one) === tag);
    if (found !== undefined) return found;
  }
  return offered[0] ?? 'en';
}

export function guestTexts(tag: string): GuestTexts {
  return GUEST_TEXTS[base(tag)] ?? en;
}

function base(tag: string): string {
  return tag.split('-')[0]?.toLowerCase() ?? '';
}
