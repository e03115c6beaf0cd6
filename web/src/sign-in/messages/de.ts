import type { Translation } from '../../shared/texts/i18n.js';
import shared from '../../shared/messages/de.js';
import type en from './en.js';

export default {
  ...shared,
  title: 'Anmelden',
  lead: 'Die Rufe Ihrer Station',
  username: 'Benutzername',
  password: 'Kennwort',
  submit: 'Anmelden',
  submitting: 'Wird angemeldet …',
  'ended.revoked': 'Sie wurden abgemeldet, der Bildschirm wurde geleert. Melden Sie sich neu an.',
  'ended.signed_out': 'Sie sind abgemeldet.',
  'ended.expired': 'Ihre Sitzung ist beendet. Melden Sie sich neu an.',
  'change.title': 'Neues Kennwort wählen',
  'change.lead': 'Dieses Kennwort hat jemand anderes gesetzt. Wählen Sie eines, das nur Sie kennen.',
  'change.current': 'Bisheriges Kennwort',
  'change.next': 'Neues Kennwort',
  'change.rules': 'Mindestens 10 Zeichen. Kein verbreitetes Kennwort, nicht Ihr Benutzername.',
  'change.wrong': 'Das bisherige Kennwort ist falsch.',
  'change.submit': 'Ändern und weiter',
  'change.signed_in_as': 'Angemeldet als {name}',
  'error.INVALID_CREDENTIALS': 'Benutzername oder Kennwort ist falsch.',
  'error.RATE_LIMITED_FOR': 'Zu viele Versuche. In {seconds} Sekunden noch einmal.',
  'error.VALIDATION_FAILED': 'Dieses Kennwort geht nicht. Wählen Sie ein längeres oder selteneres.',
} satisfies Translation<typeof en>;
