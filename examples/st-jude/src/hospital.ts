import { defineHospital } from 'wardline';
import { ChatRooms } from './chat-rooms.js';
import { CleaningModule } from './cleaning/cleaning.module.js';
import { CLEANING_EVENTS } from './cleaning/cleaning-events.js';
import { CleaningTask } from './cleaning/cleaning-task.entity.js';
import { pager } from './paging/pager.js';
import { roles } from './roles.js';
import { stJudeSettings } from './settings.js';
import { SignInModule } from './sign-in.module.js';
import { SkilledDispatch } from './skills/skilled-dispatch.js';
import { SkillsModule } from './skills/skills.module.js';

export default defineHospital({
  name: 'st-jude',
  compatibility: '^0.2.0',
  settings: stJudeSettings,
  // Two folders up: this file runs from dist/src.
  migrations: new URL('../../migrations/', import.meta.url),
  entities: [CleaningTask],
  roles,
  events: CLEANING_EVENTS,
  callTypes: [
    {
      id: 'drip',
      rank: 1,
      dispatch: 'assigned',
      cancelPolicy: 'on_duty',
      stationKinds: ['bedside'],
      escalation: { l1Sec: 60, l2Sec: 120, l3Sec: 240, repeatSec: 60 },
      labels: { en: 'Infusion', ar: 'تسريب وريدي', de: 'Infusion' },
    },
  ],
  dispatchStrategy: SkilledDispatch,
  roomAuthorizer: ChatRooms,
  notifiers: [pager],
  modules: [SkillsModule, CleaningModule, SignInModule],
});
