import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { buildAssets } from '../../../ctfd/ui/build.ts';
import { launchBrowser } from './browser.ts';
import { CtfdSite } from './ctfd-site.ts';
import { eventually, patience } from './eventually.ts';
import { ScriptedService } from './scripted-service.ts';

/** A fixed Tuesday. */
const startOfTime = Date.UTC(2026, 10, 24, 15, 0, 0);

/** A browser and freshly built assets, once for a test file. */
export interface Theatre {
  readonly browser: Browser;
  readonly assets: string;
  close(): Promise<void>;
}

export async function openTheatre(): Promise<Theatre> {
  const assets = await mkdtemp(join(tmpdir(), 'berth-ui-'));
  await buildAssets(assets);
  const browser = await launchBrowser();
  return {
    browser,
    assets,
    close: async () => {
      await browser.close();
      await rm(assets, { recursive: true });
    },
  };
}

/** Shorter than the panel waits for an answer. */
const longestStep = 5_000;

/** What a browser says by itself of an answer that is no success. */
const networkNoise = /^Failed to load resource|blocked by CORS policy/;

/** One test's pages, with a service and a CTFd of its own, on a clock that only the test moves. */
export class Stage {
  readonly service = new ScriptedService();
  readonly site: CtfdSite;
  readonly errors: string[] = [];
  now = startOfTime;
  readonly #context: BrowserContext;
  #underWay = 0;

  private constructor(context: BrowserContext, assets: string) {
    this.#context = context;
    this.site = new CtfdSite({ assets, serviceUrl: () => this.service.url, now: () => this.now });
  }

  static async open(theatre: Theatre, options: BrowserContextOptions = {}): Promise<Stage> {
    const context = await theatre.browser.newContext(options);
    const stage = new Stage(context, theatre.assets);
    // A clock can only be stopped ahead of where it stands.
    await context.clock.install({ time: stage.now - 60_000 });
    await context.clock.pauseAt(stage.now);
    // No jitter: what is asked for by the service comes at that moment.
    await context.addInitScript('Math.random = () => 0');
    await stage.service.open();
    await stage.site.open();
    return stage;
  }

  /** Fails when a page said anything wrong that the test has not taken out. */
  async close(): Promise<void> {
    await this.#context.close();
    await this.service.close();
    await this.site.close();
    if (this.errors.length > 0) throw new Error(`The page said: ${this.errors.join('\n')}`);
  }

  async page(path: string, host = '127.0.0.1'): Promise<Page> {
    const page = await this.#context.newPage();
    page.setDefaultTimeout(patience.timeout);
    page.on('request', () => this.#underWay++);
    page.on('requestfinished', () => this.#underWay--);
    page.on('requestfailed', () => this.#underWay--);
    page.on('pageerror', (error) => this.errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !networkNoise.test(message.text())) this.errors.push(message.text());
    });
    await page.goto(`http://${host}:${this.site.port}/${path}`);
    return page;
  }

  /** Moves every page's clock and the service's, and lets answers arrive on the way. */
  async advance(milliseconds: number): Promise<void> {
    for (let left = milliseconds; left > 0; left -= longestStep) {
      const step = Math.min(left, longestStep);
      this.now += step;
      await this.#context.clock.runFor(step);
      if (this.service.condition === 'silent') continue;
      await eventually(
        () => this.#underWay,
        (count) => count === 0,
        'all requests answered',
      );
    }
  }
}

/** Answers a state call with whatever the container is at that moment. */
export function shows(stage: Stage, container: (now: number) => object, challengeId = '1'): void {
  stage.service.on('GET', `containers/${challengeId}`, () => ({ status: 200, body: container(stage.now) }));
}

/** Opens a challenge's window on a board. */
export async function openChallenge(page: Page, id = 1): Promise<Locator> {
  await page.getByRole('button', { name: `Open ${id}` }).dispatchEvent('click');
  const panel = page.locator(`berth-panel[data-challenge-id="${id}"] .panel`);
  const isVisible = async (): Promise<boolean> => {
    await page.clock.runFor(1);
    return panel.isVisible();
  };
  await eventually(isVisible, Boolean, 'the window of the challenge');
  return panel;
}

export async function closeChallenge(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Close', exact: true }).click();
}

/** As the browser does it to a tab that goes behind another. */
export async function setHidden(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate(`
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${hidden} });
    document.dispatchEvent(new Event('visibilitychange'));
  `);
}

/** Waits until the place says so; what it says otherwise stands in the failure. */
export async function says(place: Locator, words: RegExp): Promise<void> {
  // biome-ignore lint/performance/useDomNodeTextContent: a locator's, which leaves out what is not shown
  const text = (): Promise<string> => place.innerText();
  await eventually(text, (found) => words.test(found), String(words));
}
