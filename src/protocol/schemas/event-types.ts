import { CALL_EVENT_TYPES } from '../../ward/calls/call-events.js';
import { DIRECTORY_EVENT_TYPES } from '../../ward/hospital/directory-changes.js';
import { PRESENCE_EVENT_TYPES } from '../../ward/presence/presence-events.js';
import { ASSIGNMENT_EVENT_TYPES } from '../../ward/staffing/assignments/assignment-events.js';
import { EXCLUSION_EVENT_TYPES } from '../../ward/staffing/exclusions/exclusion-events.js';
import { NOTICE_EVENT_TYPES } from '../../ward/staffing/notices/notice-events.js';
import { SHIFT_EVENT_TYPES } from '../../ward/staffing/shifts/shift-events.js';
import { STATION_EVENT_TYPES } from '../../ward/stations/station-events.js';

/** Every type of event that Wardline itself writes, and the schema of its `data`. */
export const EVENT_TYPES = {
  ...CALL_EVENT_TYPES,
  ...SHIFT_EVENT_TYPES,
  ...EXCLUSION_EVENT_TYPES,
  ...ASSIGNMENT_EVENT_TYPES,
  ...NOTICE_EVENT_TYPES,
  ...DIRECTORY_EVENT_TYPES,
  ...PRESENCE_EVENT_TYPES,
  ...STATION_EVENT_TYPES,
};
