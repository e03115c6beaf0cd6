import shared from '../../shared/messages/de.js';
import type { Translation } from '../../shared/texts/i18n.js';
import type en from './en.js';

export default {
  ...shared,
  'links.back': 'Zur Stationsansicht',
  'links.title': 'Gastlinks',
  'links.lead':
    'Jedes Bett hat eine eigene Seite für den Patienten, mit einem Knopf. Code drucken und am Bett aufhängen. Er gilt {days} Tage.',
  'links.department': 'Abteilung',
  'links.make': 'Blätter erstellen',
  'links.making': '{n} von {all} …',
  'links.print': 'Drucken',
  'links.in_force': 'Gültige Links',
  'links.none': 'Kein Bett hat einen Link.',
  'links.end': 'Beenden',
  'links.end_of': 'Links von {bed} beenden',
  'links.end_lead': 'Der gedruckte Code führt dann nirgendwohin, und der Patient kann damit nicht mehr rufen.',
  'links.until': 'bis {time}',
  'links.devices': { one: '{n} Gerät', other: '{n} Geräte' },
  'links.admins': 'Nur die Administration darf Gastlinks erstellen.',
  'links.off': 'Gastlinks sind abgeschaltet: GUEST_LINK_SECRETS ist nicht gesetzt.',
  'sheet.scan': 'Scannen, um eine Pflegekraft zu rufen',
  'sheet.safe': 'Im Notfall den Ruftaster an der Wand benutzen.',
  'links.no_department': 'Es gibt noch keine Abteilung. Legen Sie zuerst eine an.',
  sign_out: 'Abmelden',
  loading: 'Wird geladen …',
} satisfies Translation<typeof en>;
