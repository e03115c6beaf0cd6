import { defineCapabilities, type RoleDefinition } from 'wardline';

/** Wardline's roles have these of St Jude's capabilities. */
defineCapabilities({ 'cleaning.order': ['nurse', 'manager', 'admin'] });

/** Roles beside Wardline's. Doctors are asked for calls while they are on duty; housekeeping is not, and cleans. */
export const roles: readonly RoleDefinition[] = [
  {
    id: 'doctor',
    capabilities: ['call.accept', 'call.decline', 'call.arrive', 'call.complete', 'shift.work', 'cleaning.order'],
    labels: { en: 'Doctor', ar: 'طبيب', de: 'Ärztin, Arzt' },
  },
  { id: 'housekeeping', capabilities: [], labels: { en: 'Housekeeping', ar: 'تدبير منزلي', de: 'Reinigung' } },
];
