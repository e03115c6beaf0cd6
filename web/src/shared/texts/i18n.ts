/** Forms of a message by CLDR's plural category of its number `n`. */
export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
export type Catalogue = Readonly<Record<string, string | Plural>>;
/** A translation of a catalogue: the same keys, a plural where the original has one. */
export type Translation<C extends Catalogue> = { readonly [K in keyof C]: C[K] extends string ? string : Plural };
/** A list is put together as the language does it, each name on its own. */
export type Values = Readonly<Record<string, string | number | readonly string[]>>;

export const LANGUAGES = ['en', 'ar', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];
/** A language by its own name: the one thing on a screen that is not translated. */
export const NAME_OF: Record<Language, string> = { en: 'English', ar: 'العربية', de: 'Deutsch' };
const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(['ar']);
/** Latin digits, as on the doors. */
const LOCALE_OF: Record<Language, string> = { en: 'en-GB', ar: 'ar-u-nu-latn', de: 'de-DE' };

export const directionOf = (language: Language): 'ltr' | 'rtl' => (RIGHT_TO_LEFT.has(language) ? 'rtl' : 'ltr');

const SHORT_DAY = { day: '2-digit', month: '2-digit' } as const;
const DAY = { ...SHORT_DAY, year: 'numeric' } as const;

/** An isolate that finds its own direction. */
const isolate = (value: string) => `\u2068${value}\u2069`;
const RTL_TEXT = /[\u0590-\u08ff\ufb1d-\ufefc]/;
const LTR_TEXT = /[A-Za-z0-9\u00c0-\u024f]/;

/** Texts of one language. */
export class Translator<C extends Catalogue> {
  readonly direction: 'ltr' | 'rtl';
  readonly locale: string;
  private readonly plurals: Intl.PluralRules;
  private readonly numbers: Intl.NumberFormat;
  private readonly lists: Intl.ListFormat;
  private readonly formats = new Map<string, Intl.DateTimeFormat>();

  constructor(
    readonly language: Language,
    private readonly texts: Translation<C>,
    private readonly timeZone?: string,
  ) {
    this.direction = directionOf(language);
    this.locale = LOCALE_OF[language];
    this.plurals = new Intl.PluralRules(this.locale);
    this.numbers = new Intl.NumberFormat(this.locale);
    this.lists = new Intl.ListFormat(this.locale, { type: 'conjunction', style: 'narrow' });
  }

  /** A message with its `{values}`; `n` chooses the plural. */
  readonly t = (key: keyof C & string, values: Values = {}): string => {
    const text: string | Plural = this.texts[key];
    const form = typeof text === 'string' ? text : (text[this.plurals.select(Number(values['n'] ?? 0))] ?? text.other);
    return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name];
      if (value === undefined) return whole;
      if (typeof value === 'number') return this.numbers.format(value);
      return typeof value === 'string' ? this.isolated(value) : this.list(value);
    });
  };

  /** Names one after the other: each keeps its own direction, and their order is that of the language. */
  list(names: readonly string[]): string {
    return this.lists.format(names.map((name) => this.isolated(name)));
  }

  /** May be taken out of its object, as `t`. */
  readonly has = (key: string): key is keyof C & string => key in this.texts;

  number(value: number, options?: Intl.NumberFormatOptions): string {
    return options ? new Intl.NumberFormat(this.locale, options).format(value) : this.numbers.format(value);
  }

  /** A time of day; where that is not today, with the date. */
  time(at: string | number | Date, options: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' }): string {
    const day = (time: string | number | Date) => this.moment(time, DAY);
    return this.moment(at, day(at) === day(Date.now()) ? options : { ...SHORT_DAY, ...options });
  }

  /** Exactly the parts that are asked for. */
  moment(at: string | number | Date, options: Intl.DateTimeFormatOptions): string {
    const key = JSON.stringify(options);
    let format = this.formats.get(key);
    if (!format) {
      format = new Intl.DateTimeFormat(this.locale, {
        ...options,
        hourCycle: 'h23',
        ...(this.timeZone !== undefined && { timeZone: this.timeZone }),
      });
      this.formats.set(key, format);
    }
    return format.format(new Date(at));
  }

  /** A name in the other direction keeps its order and does not pull the text round it along. */
  private isolated(value: string): string {
    const isForeign = this.direction === 'rtl' ? LTR_TEXT.test(value) : RTL_TEXT.test(value);
    return isForeign ? isolate(value) : value;
  }
}

/** A label in the facility's languages, in this one where there is one. */
export function labelIn(labels: Readonly<Record<string, string>> | undefined, language: Language, otherwise: string): string {
  return labels?.[language] ?? labels?.['en'] ?? otherwise;
}
