import { z } from 'zod';

/** A person's role, as answers and events name it. */
export const roleName = z.string().describe('nurse, manager, admin, or a role of the hospital’s own');
