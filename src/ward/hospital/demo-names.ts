/** A person of the demo hospital, and the language that they read. */
export interface DemoName {
  name: string;
  language: 'en' | 'ar' | 'de';
}

/** Six nurses and a manager for each department of the demo hospital, by its id. Nobody of them is real. */
export const DEMO_NAMES: Readonly<Record<'icu' | 'med' | 'surg', { nurses: readonly DemoName[]; manager: DemoName }>> = {
  icu: {
    nurses: [
      { name: 'Amina Haddad', language: 'ar' },
      { name: 'Jonas Weber', language: 'de' },
      { name: 'Grace Okafor', language: 'en' },
      { name: 'Lena Fischer', language: 'de' },
      { name: 'Omar Nasser', language: 'ar' },
      { name: 'Emily Carter', language: 'en' },
    ],
    manager: { name: 'Katrin Vogel', language: 'de' },
  },
  med: {
    nurses: [
      { name: 'Samir Khalil', language: 'ar' },
      { name: 'Hannah Braun', language: 'de' },
      { name: 'Daniel Price', language: 'en' },
      { name: 'Noor Aziz', language: 'ar' },
      { name: 'Paul Richter', language: 'de' },
      { name: 'Olivia Grant', language: 'en' },
    ],
    manager: { name: 'Rania Saleh', language: 'ar' },
  },
  surg: {
    nurses: [
      { name: 'Mia Hoffmann', language: 'de' },
      { name: 'Yusuf Rahman', language: 'ar' },
      { name: 'Chloe Bennett', language: 'en' },
      { name: 'Lukas Krause', language: 'de' },
      { name: 'Salma Farouk', language: 'ar' },
      { name: 'Thomas Reed', language: 'en' },
    ],
    manager: { name: 'Helen Murray', language: 'en' },
  },
};

/** Wishes that a patient may choose, besides the types that ship: id and labels. */
export const DEMO_WISHES: readonly { id: string; labels: Readonly<Record<DemoName['language'], string>> }[] = [
  { id: 'water', labels: { en: 'Water', ar: 'ماء', de: 'Wasser' } },
  { id: 'pain', labels: { en: 'Pain', ar: 'ألم', de: 'Schmerzen' } },
  { id: 'toilet', labels: { en: 'Toilet', ar: 'دورة المياه', de: 'Toilette' } },
];
