import shared from '../../shared/messages/en.js';

export default {
  ...shared,
  'links.back': 'Staff app',
  'links.title': 'Guest links',
  'links.lead':
    'Each bed has a page of its own for the patient, with one button. Print its code and hang it at the bed. It lasts {days} days.',
  'links.department': 'Department',
  'links.make': 'Make the sheets',
  'links.making': 'Making {n} of {all} …',
  'links.print': 'Print',
  'links.in_force': 'Links in force',
  'links.none': 'No bed has a link.',
  'links.end': 'End',
  'links.end_of': 'End the links of {bed}',
  'links.end_lead': 'The printed code leads nowhere any more, and the patient can no longer call with it.',
  'links.until': 'until {time}',
  'links.devices': { one: '{n} device', other: '{n} devices' },
  'links.admins': 'Only an administrator may make guest links.',
  'links.off': 'Guest links are off: GUEST_LINK_SECRETS is not set.',
  'sheet.scan': 'Scan to call a nurse',
  'sheet.safe': 'In an emergency use the button on the wall.',
  'links.no_department': 'There is no department yet. Make one first.',
  sign_out: 'Sign out',
  loading: 'Loading …',
};
