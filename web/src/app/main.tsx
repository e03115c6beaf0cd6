import { openApp } from './open-app.js';

await openApp();
