import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings } from '../support/axe.ts';
import { failed, ids, none, provisioning, queued, running } from '../support/containers.ts';
import { patience } from '../support/eventually.ts';
import { problem } from '../support/scripted-service.ts';
import { openChallenge, openTheatre, Stage, says, shows, type Theatre } from '../support/stage.ts';

let theatre: Theatre;
beforeAll(async () => {
  theatre = await openTheatre();
}, 60_000);
afterAll(() => theatre.close());

const alice = { id: '8', name: 'Alice' };
const states = [
  ['none', none],
  ['queued', queued],
  ['provisioning', provisioning],
  ['running', (now: number) => running(now, { startedBy: alice })],
  ['near its end', (now: number) => running(now, { expiresAt: now + 200_000 })],
  ['in its last minute', (now: number) => running(now, { expiresAt: now + 50_000, renewalsLeft: 0 })],
  ['failed', failed],
] as const;

async function onStage(scheme: 'light' | 'dark', act: (stage: Stage, page: Page) => Promise<void>): Promise<void> {
  const stage = await Stage.open(theatre);
  const page = await stage.page('core.html');
  await page.evaluate(`document.documentElement.dataset.bsTheme = '${scheme}'`);
  await act(stage, page);
  await stage.close();
}

for (const scheme of ['light', 'dark'] as const) {
  describe(`the panel on a ${scheme} page`, () => {
    it('has no fault that axe knows, in any state', () =>
      onStage(scheme, async (stage, page) => {
        for (const [name, container] of states) {
          shows(stage, container);
          const panel = await openChallenge(page);
          await expect.poll(() => panel.getAttribute('data-state'), patience).toBe(container(0)['state']);
          expect(await panel.getAttribute('data-scheme')).toBe(scheme);
          expect(await axeFindings(page, 'berth-panel'), name).toEqual([]);
          await page.getByRole('button', { name: 'Close', exact: true }).click();
        }
      }));

    it('has none with a question, a notice and its ways out', () =>
      onStage(scheme, async (stage, page) => {
        shows(stage, (now) => running(now, { startedBy: alice }));
        const panel = await openChallenge(page);
        await panel.getByRole('button', { name: 'Reset' }).click();
        await says(panel, /Alice started/);
        expect(await axeFindings(page, 'berth-panel')).toEqual([]);
        const facts = { running: [{ challengeId: '2', challengeName: 'Blog' }] };
        stage.service.on('POST', 'containers/1/reset', problem(409, 'over_quota', 'Too many.', facts));
        await panel.getByRole('button', { name: 'Reset it' }).click();
        await panel.getByRole('button', { name: /^Stop Blog/ }).waitFor();
        stage.service.condition = 'down';
        await stage.advance(31_000);
        await says(panel, /cannot be reached/);
        expect(await axeFindings(page, 'berth-panel')).toEqual([]);
      }));
  });
}

describe('the panel without a mouse', () => {
  it('keeps the focus where it was, or on the title, through every change', () =>
    onStage('light', async (stage, page) => {
      shows(stage, none);
      const panel = await openChallenge(page);
      await says(panel, /Not started/);
      const focused = panel.locator(':focus');
      stage.service.on('POST', 'containers', () => ({ status: 202, body: queued(stage.now) }));
      await panel.getByRole('button', { name: 'Start container' }).focus();
      await page.keyboard.press('Enter');
      await says(panel, /Waiting in line/);
      await expect.poll(() => focused.textContent(), patience).toBe('Waiting in line');

      await page.keyboard.press('Tab');
      await expect.poll(() => focused.textContent(), patience).toBe('Cancel');
      shows(stage, (now) => provisioning(now));
      await stage.advance(11_000);
      await says(panel, /Starting/);
      expect(await focused.textContent()).toBe('Cancel');
      shows(stage, (now) => running(now));
      await stage.advance(3_000);
      await says(panel, /Running/);
      expect(await focused.textContent()).toBe('Stop');
      await stage.advance(31_000);
      expect(await focused.textContent()).toBe('Stop');
    }));

  it('reaches everything with the keyboard, and presses nothing that is off', () =>
    onStage('light', async (stage, page) => {
      shows(stage, (now) => running(now, { renewalsLeft: 0 }));
      const panel = await openChallenge(page);
      await says(panel, /Running/);
      await page.locator('.btn-close').focus();
      const seen: string[] = [];
      for (let press = 0; press < 7; press += 1) {
        await page.keyboard.press('Tab');
        const focused = panel.locator(':focus');
        seen.push((await focused.getAttribute('aria-label')) ?? (await focused.textContent()) ?? '');
      }
      const buttons = ['No time to add', 'Not answering? Check', 'Reset', 'Stop'];
      expect(seen).toEqual(['http://web.test:8080', 'Copy Website', 'Copy Shell', ...buttons]);
      await panel.getByRole('button', { name: 'No time to add' }).focus();
      await page.keyboard.press('Enter');
      expect(stage.service.count('POST containers/1/renew')).toBe(0);
    }));

  it('says to a screen reader what changes, and not every second', () =>
    onStage('light', async (stage, page) => {
      shows(stage, (now) => provisioning(now));
      const panel = await openChallenge(page);
      const live = panel.getByRole('status');
      await expect.poll(() => live.textContent(), patience).toBe('Starting.');
      await page.evaluate(`
        window.said = [];
        const place = document.querySelector('berth-panel').shadowRoot.querySelector('[role=status]');
        new MutationObserver(() => window.said.push(place.textContent)).observe(place, { childList: true, characterData: true, subtree: true });
      `);
      shows(stage, (now) => running(now, { id: ids.first }));
      await stage.advance(3_000);
      await says(panel, /Running/);
      await stage.advance(25_000);
      expect(await page.evaluate('window.said')).toEqual(['Running. Your container is ready.']);
    }));
});
