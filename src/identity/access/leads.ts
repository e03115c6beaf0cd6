/** SQL, true for a role that leads: such a person is asked off duty, too, and keeps the calls that are shown to all who lead. @param role a column */
export const leads = (role: string): string => `${role} IN ('manager', 'admin')`;
