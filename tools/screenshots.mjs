/* global console */
// Pictures of every page under docs/screenshots, by a server and a database of its own: `npm run screenshots [-- name …]`.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { launchBrowser, OwnServer } from './own-server.mjs';

const ROOT = join(import.meta.dirname, '..');
const OUT = process.env.SCREENSHOTS_DIR ?? join(ROOT, 'docs/screenshots');
const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const WALL = { width: 1920, height: 1080 };

/** Each: a page, seen by somebody, on a device, in a language and a look. */
const SHOTS = [
  { name: 'sign-in-desk', path: '/', size: DESK },
  { name: 'sign-in-phone-ar-dark', path: '/', size: PHONE, lang: 'ar', look: 'dark' },
  { name: 'calm-phone', path: '/app', as: 'med-nurse-1', size: PHONE },
  { name: 'calm-desk-dark', path: '/app', as: 'med-nurse-1', size: DESK, look: 'dark' },
  { name: 'calls-desk', path: '/app', as: 'icu-nurse-1', size: DESK, ward: true },
  { name: 'calls-desk-ar-dark', path: '/app', as: 'icu-nurse-1', size: DESK, lang: 'ar', look: 'dark', ward: true },
  { name: 'calls-phone', path: '/app', as: 'icu-nurse-1', size: PHONE, ward: true },
  { name: 'calls-phone-ar', path: '/app', as: 'icu-nurse-1', size: PHONE, lang: 'ar', ward: true },
  { name: 'call-desk', path: 'call', as: 'icu-nurse-1', size: DESK, ward: true },
  { name: 'team-phone-de', path: '/app/team', as: 'icu-nurse-1', size: PHONE, lang: 'de', ward: true },
  { name: 'staffing-desk', path: '/app/staffing', as: 'icu-manager', size: DESK, ward: true },
  { name: 'staffing-phone-ar-dark', path: '/app/staffing', as: 'icu-manager', size: PHONE, lang: 'ar', look: 'dark', ward: true },
  { name: 'history-desk', path: '/app/history', as: 'icu-manager', size: DESK, ward: true },
  { name: 'reports-desk', path: '/app/reports', as: 'icu-manager', size: DESK, ward: true },
  { name: 'reports-phone-ar-dark', path: '/app/reports', as: 'icu-manager', size: PHONE, lang: 'ar', look: 'dark', ward: true },
  { name: 'settings-phone-dark', path: '/app/settings', as: 'icu-nurse-1', size: PHONE, look: 'dark' },
  { name: 'calls-wall', path: '/app', as: 'icu-manager', size: WALL, ward: true },
  { name: 'board-wall', path: '/board/icu', size: WALL, ward: true, board: true },
  { name: 'board-wall-ar-dark', path: '/board/icu', size: WALL, lang: 'ar', look: 'dark', ward: true, board: true },
  { name: 'board-desk', path: '/board?depts=icu,med', size: DESK, ward: true, board: true },
  { name: 'board-phone', path: '/board/icu', size: PHONE, ward: true, board: true },
  { name: 'board-calm-wall', path: '/board/med', size: WALL, board: true },
  { name: 'board-forty-wall-dark', path: '/board/gen', size: WALL, look: 'dark', board: true, forty: true },
  { name: 'board-code-phone-ar', path: '/board', size: PHONE, lang: 'ar' },
  { name: 'guest-phone', path: 'guest', size: PHONE },
  { name: 'guest-phone-ar-dark', path: 'guest', size: PHONE, lang: 'ar', look: 'dark' },
  { name: 'links-desk', path: '/console/links', as: 'admin', size: DESK, links: true },
  { name: 'board-not-live-wall', path: '/board/icu', size: WALL, ward: true, board: true, isStopped: true },
  { name: 'not-live-phone', path: '/app', as: 'icu-nurse-1', size: PHONE, ward: true, isStopped: true },
];

async function pageOf(browser, server, { size, lang = 'en', look = 'light', as, links }) {
  const context = await browser.newContext({ viewport: size, ignoreHTTPSErrors: true, reducedMotion: 'reduce', colorScheme: look });
  await context.addInitScript(`localStorage.setItem('wardline.language', '${lang}'); localStorage.setItem('wardline.look', '${look}');`);
  const page = await context.newPage();
  if (as) {
    await server.signIn(page, as);
    if (!links) await page.waitForSelector('html[data-phase=live]');
  } else await page.goto(server.url);
  return page;
}

/** Calls that are over, for the history and the reports. */
async function pastCalls(server) {
  const nurses = await Promise.all(['icu-nurse-1', 'icu-nurse-2', 'icu-nurse-3'].map((username) => server.as(username)));
  for (let count = 0; count < 12; count++) {
    const type = ['patient_normal', 'water', 'pain', 'toilet'][count % 4];
    const { id } = await server.press(`icu-10${String(1 + (count % 8))}-bed`, type);
    for (const command of ['accept', 'arrive', 'complete']) await nurses[count % 3]('POST', `/calls/${id}/${command}`);
  }
}

/** A busy quarter of an hour: presses of all kinds, a colleague on the way, one who is there. */
async function busyWard(browser, server) {
  const staff = [];
  for (const as of ['icu-nurse-1', 'icu-nurse-2', 'icu-nurse-3']) {
    const page = await pageOf(browser, server, { size: DESK, as });
    await page.locator('.shift .button-main').click();
    await page.waitForSelector('.shift[data-on-duty=true]');
    staff.push(page);
  }
  await pastCalls(server);
  await server.press('icu-101-bed', 'patient_normal');
  await server.press('icu-102-bed', 'service_request');
  await server.press('icu-103-bed', 'patient_normal');
  const taken = await server.press('icu-105-bed', 'patient_normal');
  await server.press('icu-104-bath', 'bath_emergency');
  await staff[1].locator(`[data-call-id="${taken.id}"] .action-accept`).click();
  await server.press('icu-106-bed', 'patient_normal');
  await server.press('icu-101-bed', 'patient_normal');
  return { staff, call: taken };
}

/** Forty calls in a department where nobody is, some rooms with long Arabic names. */
async function fortyCalls(admin) {
  const types = ['patient_normal', 'water', 'pain', 'toilet'];
  await admin('POST', '/admin/departments', { id: 'gen', name: 'General ward' });
  for (let n = 1; n <= 40; n++) {
    const name = n % 5 === 0 ? `غرفة العناية المتوسطة ${String(400 + n)}` : `Room ${String(400 + n)}`;
    await admin('POST', '/admin/departments/gen/rooms', { id: `gen-${String(n)}`, name });
    const type = n === 7 ? 'code_blue' : n === 23 ? 'bath_emergency' : n % 11 === 0 ? 'staff_assist' : types[n % 4];
    await admin('POST', '/calls', { type, room_id: `gen-${String(n)}` });
  }
}

/** The address of a shot; a board gets a code of its own, a bed its link. */
async function addressOf(shot, server, ward, admin) {
  if (shot.path === 'call') return `${server.url}/app/calls/${ward.call.id}`;
  if (shot.path === 'guest') {
    const { body } = await admin('POST', '/admin/departments/icu/beds/icu-108-a/guest-link');
    return `${server.url}${body.path}?lang=${shot.lang ?? 'en'}`;
  }
  if (!shot.board) return server.url + shot.path;
  const { body } = await admin('POST', '/admin/boards', { name: shot.name, departments: ['icu', 'med', ...(shot.forty ? ['gen'] : [])] });
  return `${server.url}${shot.path}#code=${body.code}`;
}

const wanted = process.argv.slice(2);
mkdirSync(OUT, { recursive: true });
const server = await OwnServer.start();
const browser = await launchBrowser();
try {
  const admin = await server.as('admin');
  let ward;
  for (const shot of SHOTS) {
    if (wanted.length > 0 && !wanted.includes(shot.name)) continue;
    if (shot.ward && !ward) ward = await busyWard(browser, server);
    const page = await pageOf(browser, server, shot);
    if (shot.forty) await fortyCalls(admin);
    if (shot.path !== '/' && shot.path !== '/app') await page.goto(await addressOf(shot, server, ward, admin));
    if (shot.links) {
      await page.selectOption('select', 'icu');
      await page.locator('.button-main').click();
      await page.locator('.sheet').nth(7).waitFor();
    } else if (shot.board) await page.waitForSelector('html[data-phase=live]');
    else if (shot.as) {
      await page.waitForSelector('html[data-phase=live]');
      await page.waitForSelector('main h1');
    }
    await page.waitForTimeout(700);
    if (shot.isStopped) {
      server.child.kill('SIGSTOP');
      await page.context().setOffline(true);
      await page.waitForSelector('html[data-not-live]', { timeout: 120_000 });
    }
    await page.screenshot({ path: join(OUT, `${shot.name}.png`) });
    if (shot.isStopped) server.child.kill('SIGCONT');
    console.log(shot.name);
    await page.context().close();
  }
} finally {
  await browser.close();
  await server.stop();
}
