import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { openWatched, type WatchedPage } from './browser.js';
import type { AnyFrame, Session } from '../clients/client.js';
import { closeAllCalls } from '../clients/person.js';
import type { TestWardline } from '../wardline.js';

export const DESK = { viewport: { width: 1440, height: 900 } };

type Target = Pick<TestWardline, 'url' | 'firstRun'>;

/** Fills the form in that the page shows, and sends it. */
export async function signInByForm(page: Page, { admin, staff }: Target['firstRun'], username: string): Promise<void> {
  const password = [admin, ...staff].find((one) => one.username === username)?.password ?? '';
  await page.locator('#username').fill(username);
  await page.locator('#password').fill(password);
  await page.locator('#password').press('Enter');
}

/** The staff app, as one person sees it. */
export class StaffScreen {
  private constructor(private readonly watched: WatchedPage) {}

  /** Signs in by the form. @param init runs before every page of the screen */
  static async open(
    browser: Browser,
    { url, firstRun }: Target,
    username: string,
    { init, ...options }: BrowserContextOptions & { init?: string } = {},
  ): Promise<StaffScreen> {
    const watched = await openWatched(browser, url, { ...DESK, ...options });
    if (init !== undefined) await watched.context.addInitScript(init);
    const { page } = watched;
    await page.goto(url);
    await signInByForm(page, firstRun, username);
    await page.waitForURL('**/app');
    await page.waitForSelector('html[data-phase="live"]');
    return new StaffScreen(watched);
  }

  get page(): Page {
    return this.watched.page;
  }

  /** Violations of the policy, errors in scripts, requests to elsewhere. */
  get faults(): string[] {
    return [...this.watched.faults, ...this.watched.foreign];
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  async startShift(): Promise<void> {
    await this.button('Start shift').click();
    await this.button('End shift').waitFor();
  }

  card(call: AnyFrame): StaffCard {
    return new StaffCard(this.page.locator(`article[data-call-id="${call['id'] as string}"]`));
  }

  close(): Promise<void> {
    return this.watched.context.close();
  }
}

export class StaffCard {
  constructor(readonly article: Locator) {}

  async press(name: string): Promise<void> {
    await this.article.getByRole('button', { name, exact: true }).click();
  }

  /** Resolves when it is in that state. */
  async until(state: string): Promise<void> {
    await this.article.and(this.article.page().locator(`[data-call-state="${state}"]`)).waitFor();
  }

  label(): Promise<string | null> {
    return this.article.getAttribute('aria-label');
  }

  async gone(): Promise<void> {
    await this.article.waitFor({ state: 'detached' });
  }
}

/** A ward at peace for the next test: nobody has a screen, no call is open, nobody is on duty. */
export async function emptyWard(browser: Browser, wardline: TestWardline, admin: Session): Promise<void> {
  for (const context of browser.contexts()) await context.close();
  await closeAllCalls(admin);
  await wardline.database.query(`UPDATE shifts SET ended_at = app_now(), end_reason = 'abandoned' WHERE ended_at IS NULL`);
}
