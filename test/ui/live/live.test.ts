import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { manageClient } from '../../../local/api-client.ts';
import { type DemoChallenge, demoChallenges, registerAll } from '../../../local/demo/challenges.ts';
import { type Demo, startDemo } from '../../../local/demo/server.ts';
import { type LocalBackend, localAzure } from '../../../local/local-backend.ts';
import { type Stack, startStack } from '../../../local/stack.ts';
import { requireBuiltApp } from '../../support/built-app.ts';
import { launchBrowser } from '../support/browser.ts';
import { says } from '../support/stage.ts';

/** The built panel and page against Berth itself, run by the local host, with groups that really listen. */

let browser: Browser;
let azure: LocalBackend;
let stack: Stack | undefined;
let demo: Demo;
let context: BrowserContext;
const errors: string[] = [];

beforeAll(async () => {
  requireBuiltApp();
  azure = await localAzure({ coldStartMs: 1500 });
  const challenges: readonly DemoChallenge[] = demoChallenges(azure);
  const deployment = (): Stack => {
    if (!stack) throw new Error('not started');
    return stack;
  };
  demo = await startDemo({ deployment, challenges: () => challenges, port: 0 });
  const settings = { ...azure.settings, BERTH_QUOTA: '1', BERTH_STARTS_PER_MINUTE: '30' };
  stack = await startStack({ settings, origins: [demo.url] });
  await registerAll(manageClient(stack), challenges);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await demo?.stop();
  await stack?.stop();
  await azure?.stop();
});
beforeEach(async () => {
  context = await browser.newContext();
});
afterEach(async () => {
  await context.close();
  expect(errors.splice(0)).toEqual([]);
});

async function open(path: string): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(`${demo.url}${path}`);
  return page;
}

function panelOf(page: Page, challenge: string): Locator {
  return page.locator(`article:has(h2:text("${challenge}")) berth-panel .panel`);
}

const web = 'A page of your own';
const riddle = 'Talk to it';

test('a player’s round: start, connect, check, add time, reset, swap for another, stop', async () => {
  const page = await open('/');
  const panel = panelOf(page, web);
  await says(panel, /Not started/);
  await panel.getByRole('button', { name: 'Start container' }).click();
  await says(panel, /Waiting in line|Starting/);
  await says(panel, /Running[\s\S]*Your container is ready/);
  const address = await panel.getByRole('link').getAttribute('href');
  expect((await fetch(address ?? '')).status).toBe(200);

  await panel.getByRole('button', { name: /Check/ }).click();
  await says(panel, /It answers\./);
  const before = await panel.getByRole('button', { name: /Add time/ }).textContent();
  await panel.getByRole('button', { name: /Add time/ }).click();
  await says(panel, /Time added/);
  expect(await panel.getByRole('button', { name: /Add time/ }).textContent()).not.toBe(before);

  await panel.getByRole('button', { name: 'Reset' }).click();
  await says(panel, /Waiting in line|Starting/);
  await says(panel, /Running/);
  expect(await panel.getByRole('link').getAttribute('href')).not.toBe(address);

  const other = panelOf(page, riddle);
  await other.getByRole('button', { name: 'Start container' }).click();
  await other.getByRole('button', { name: new RegExp(`^Stop ${web} and start`) }).click();
  await says(other, /Running[\s\S]*nc /);
  await other.getByRole('button', { name: 'Stop' }).click();
  await says(other, /Not started[\s\S]*Your container is stopped/);
});

test('an organiser’s round: see, read the log, extend, pause, stop everything', async () => {
  const board = await open('/');
  const panel = panelOf(board, web);
  await panel.getByRole('button', { name: 'Start container' }).click();
  await says(panel, /Running/);

  const page = await open('/admin');
  await says(page.locator('.page'), /Backend: aci, answers[\s\S]*1 containers[\s\S]*A page of your own/);
  await page.getByRole('button', { name: /^Log:/ }).click();
  await says(page.getByRole('dialog'), /Log of A page of your own[\s\S]*listening on/);
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: /^Extend these/ }).click();
  await says(page.getByRole('dialog'), /1 container fit/);
  await page.getByRole('dialog').getByRole('button', { name: 'Extend' }).click();
  await says(page.getByRole('dialog'), /Done: 1 of 1/);
  await page.keyboard.press('Escape');

  await page.getByLabel('Message to players').first().fill('Back at four.');
  await page.getByRole('button', { name: 'Pause all starts' }).click();
  await says(page.locator('.page'), /All starts are paused\. Players read: “Back at four\.”/);
  await panel.getByRole('button', { name: 'Reset' }).click();
  await says(panel, /Paused by the organisers: Back at four\./);
  await page.getByRole('button', { name: 'Resume starts' }).click();
  await page.getByRole('button', { name: 'Pause all starts' }).waitFor();

  await page.getByRole('button', { name: 'Stop everything…' }).click();
  await says(page.getByRole('dialog'), /Everything of this event stops: 1 container/);
  await page.getByLabel('To go on, type purge').fill('purge');
  await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
  await says(page.getByRole('dialog'), /Done: 1 of 1/);
  await page.keyboard.press('Escape');
  await says(page.locator('.page'), /No containers\./);
  await board.reload();
  await says(panelOf(board, web), /Not started/);
  await page.getByRole('region', { name: 'Audit' }).getByRole('button', { name: 'Show' }).click();
  await says(page.getByRole('region', { name: 'Audit' }), /switches changed/);
});
