import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { axeFindings } from '../support/axe.ts';
import { control, managed, playEvent, status, target } from '../support/event.ts';
import { eventually } from '../support/eventually.ts';
import { problem, type ServiceCall } from '../support/scripted-service.ts';
import { type Stage, says, setHidden } from '../support/stage.ts';
import { useStage } from '../support/use-stage.ts';

let stage: Stage;
useStage((opened) => {
  stage = opened;
  playEvent(stage.service, () => stage.now, 120);
});

async function openPage(path = 'admin.html'): Promise<Page> {
  const page = await stage.page(path);
  await says(page.locator('.page'), /As of/);
  return page;
}

/** The text of a column, from top to bottom. */
function column(page: Page, place: number): Promise<string[]> {
  return page.locator(`[aria-label=Containers] tbody tr td:nth-child(${place})`).allInnerTexts();
}

const actions = (): readonly ServiceCall[] => stage.service.calls.filter(({ path }) => path.endsWith('/actions'));

/** Answers actions as the service does: so many fit, and all of them are changed unless it is only a count. */
function countActions(matched: number): void {
  stage.service.on('POST', 'manage/containers/actions', ({ body }) => {
    const dryRun = JSON.stringify(body).includes('"dryRun":true');
    return { status: 200, body: { matched, changed: dryRun ? 0 : matched, dryRun } };
  });
}

describe('the table of containers', () => {
  it('shows state, owner, challenge, endpoint, age, expiry and error', async () => {
    const page = await openPage();
    const row = page.getByRole('row').filter({ hasText: 'users:1 ' }).or(page.getByRole('row').nth(1)).first();
    await says(
      row,
      /Running\s+users:1\s+Bob\s+Vault\s+registry.test\/vault:1\s+http:\/\/berth-1\.westeurope\.test:8080\s+Copy and 1 more\s+1 min\s+1:3\d/,
    );
    const failed = page.getByRole('row').filter({ hasText: 'Failed' }).first();
    await says(failed, /container_exited: exit code 137: out of memory/);
    expect(await row.getByRole('link', { name: 'users:1' }).getAttribute('href')).toBe('/admin/users/1');
    expect(await row.getByRole('link', { name: 'Vault' }).getAttribute('href')).toBe('/admin/challenges/2');
    await says(page.locator('.page'), /Backend: aci, answers[\s\S]*Event: spring[\s\S]*61[\s\S]*\$3\.42/);
  });

  it('marks what the backend does not show', async () => {
    const row = managed(1, stage.now, { missing: true });
    stage.service.on('GET', 'manage/containers', () => ({ status: 200, body: { containers: [row] } }));
    const page = await openPage();
    await says(page.locator('tbody').first(), /Running, missing[\s\S]*does not show it at the moment/);
  });

  it('sorts by a column, and the other way round', async () => {
    const page = await openPage();
    await page.getByRole('button', { name: 'Owner', exact: true }).click();
    const owners = (await column(page, 2)).map((text) => text.split('\n')[0]);
    expect(owners.slice(0, 3)).toEqual(['users:1', 'users:2', 'users:3']);
    await page.getByRole('button', { name: 'Owner', exact: true }).click();
    expect((await column(page, 2))[0]).toMatch(/^users:120/);
    expect(await page.getByRole('columnheader', { name: 'Owner' }).getAttribute('aria-sort')).toBe('descending');
    await page.getByRole('button', { name: 'Expires in' }).click();
    expect((await column(page, 6))[0]).toMatch(/^1:3\d$/);
    await page.getByRole('button', { name: 'State', exact: true }).click();
    expect((await column(page, 1))[0]).toBe('Failed');
  });

  it('pages', async () => {
    const page = await openPage();
    await says(page.locator('.page'), /120 containers\.[\s\S]*Page 1 of 3/);
    expect(await column(page, 1)).toHaveLength(50);
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('button', { name: 'Next' }).click();
    expect(await column(page, 1)).toHaveLength(20);
    expect(await page.getByRole('button', { name: 'Next' }).isDisabled()).toBe(true);
    await page.getByLabel('Search').fill('users:120');
    await says(page.locator('.page'), /1 of 120 containers/);
    expect(await page.getByRole('button', { name: 'Next' }).isVisible()).toBe(false);
  });

  it('filters by words, state, challenge and target', async () => {
    const page = await openPage();
    await page.getByLabel('Search').fill('alice BLOG');
    await says(page.locator('.page'), /30 of 120 containers/);
    await page.getByLabel('Search').fill('137 memory');
    await says(page.locator('.page'), /20 of 120 containers/);
    await page.getByLabel('Search').fill('');
    await page.getByRole('combobox', { name: 'State' }).selectOption('queued');
    await says(page.locator('.page'), /20 of 120 containers/);
    await page.getByRole('combobox', { name: 'Target' }).selectOption('north');
    await says(page.locator('.page'), /0 of 120 containers[\s\S]*No container fits the filter/);
    await page.getByRole('combobox', { name: 'State' }).selectOption('');
    await page.getByRole('combobox', { name: 'Challenge', exact: true }).selectOption('Blog');
    await says(page.locator('.page'), /10 of 120 containers/);
  });

  it('reads every page that the service has', async () => {
    const part = (from: number) => Array.from({ length: 3 }, (_none, place) => managed(from + place, stage.now));
    stage.service.on('GET', 'manage/containers', ({ path }) => {
      const second = path.includes('from=next-page');
      return { status: 200, body: { containers: part(second ? 4 : 1), ...(!second && { next: 'next-page' }) } };
    });
    const page = await openPage();
    await says(page.locator('.page'), /6 containers/);
  });

  it('is brought up to date in place: rows, focus, scroll and what is being written stay', async () => {
    const page = await openPage();
    await page.getByLabel('Search').fill('users:1');
    const button = page.getByRole('button', { name: 'Log: Vault of users:1', exact: true });
    await button.focus();
    await page
      .getByLabel('Message to players')
      .first()
      .evaluate((field) => Object.assign(field, { value: 'Soon.' }));
    await page.evaluate(`
      const root = document.querySelector('berth-admin').shadowRoot;
      window.firstRow = root.querySelector('tbody tr');
      window.changes = 0;
      new MutationObserver((found) => { window.changes += found.filter((one) => one.type === 'childList' && one.target.tagName === 'TBODY').length; })
        .observe(root, { childList: true, subtree: true });
      window.scrollTo(0, 300);
    `);
    const asked = stage.service.count('GET manage/status');
    await stage.advance(11_000);
    await eventually(
      () => stage.service.count('GET manage/status'),
      (count) => count > asked,
      'another look',
    );
    expect(
      await page.evaluate(
        "window.firstRow === document.querySelector('berth-admin').shadowRoot.querySelector('tbody tr')",
      ),
    ).toBe(true);
    expect(await page.evaluate('window.changes')).toBe(0);
    expect(await page.evaluate('window.scrollY')).toBe(300);
    expect(
      await page.evaluate("document.querySelector('berth-admin').shadowRoot.activeElement.getAttribute('aria-label')"),
    ).toBe('Log: Vault of users:1');
    expect(await page.getByLabel('Message to players').first().inputValue()).toBe('Soon.');
    await says(page.locator('tbody tr').first(), /1:2\d/);
  });

  it('asks for nothing in a hidden tab', async () => {
    const page = await openPage();
    await setHidden(page, true);
    const asked = stage.service.calls.length;
    await stage.advance(60_000);
    expect(stage.service.calls.length).toBe(asked);
    await setHidden(page, false);
    await eventually(
      () => stage.service.calls.length,
      (count) => count === asked + 4,
      'a look on return',
    );
  });

  it('keeps what it knew when the service is down, and says so', async () => {
    const page = await openPage();
    stage.service.condition = 'down';
    await stage.advance(11_000);
    await says(page.locator('.page'), /The service gives no answer: [\s\S]*may be out of date[\s\S]*120 containers/);
    stage.service.condition = 'well';
    await stage.advance(10_000);
    await eventually(
      () => page.getByText('gives no answer').isVisible(),
      (seen) => !seen,
      'the service back',
    );
  });

  it('says why CTFd gives no token', async () => {
    stage.site.refuseTokens = { status: 403, body: { code: 'forbidden', message: 'Only admins may do that.' } };
    const page = await stage.page('admin.html');
    await says(page.locator('.page'), /Only admins may do that/);
  });

  it('keeps text from elsewhere text', async () => {
    const evil = '<img src=x onerror="window.hit=1">';
    const row = managed(1, stage.now, {
      challengeName: evil,
      image: evil,
      startedBy: { id: '1', name: evil },
      trouble: evil,
      endpoints: [{ label: evil, host: 'h', port: 1, command: evil }],
    });
    stage.service.on('GET', 'manage/containers', { status: 200, body: { containers: [row] } });
    const finding = { severity: 'fault', code: evil, message: evil };
    const body = status(stage.now, {
      problems: [finding],
      targets: [target('west', { findings: [finding] })],
      event: evil,
    });
    stage.service.on('GET', 'manage/status', { status: 200, body });
    stage.service.on('GET', 'manage/containers/*', { status: 200, body: { log: evil } });
    const page = await openPage();
    await page.getByRole('button', { name: /^Log:/ }).click();
    await says(page.getByRole('dialog'), /<img/);
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.evaluate('window.hit')).toBe(undefined);
  });
});

describe('what an organiser does', () => {
  it('stops one container after a question', async () => {
    countActions(1);
    const page = await openPage();
    await page.getByRole('button', { name: 'Stop: Vault of users:1', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await says(dialog, /Stop the container of Vault that belongs to users:1\?/);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect(await dialog.count()).toBe(0);
    expect(actions()).toHaveLength(0);
    await page.getByRole('button', { name: 'Stop: Vault of users:1', exact: true }).click();
    await dialog.getByRole('button', { name: 'Stop' }).click();
    await says(dialog, /Done: 1 of 1/);
    expect(actions().map(({ body }) => body)).toEqual([
      { action: 'stop', ids: ['1'.padStart(20, 'c')], dryRun: false },
    ]);
  });

  it('stops what a filter fits, after the service has counted it', async () => {
    countActions(25);
    const page = await openPage();
    await page.getByRole('combobox', { name: 'State' }).selectOption('failed');
    await page.getByRole('button', { name: 'Stop these 20…' }).click();
    const dialog = page.getByRole('dialog');
    await says(dialog, /25 containers will be stopped/);
    expect(actions()[0]?.body).toEqual({ action: 'stop', filter: { state: 'failed' }, dryRun: true });
    await dialog.getByRole('button', { name: 'Stop' }).click();
    await says(dialog, /Done: 25 of 25/);
    expect(actions()[1]?.body).toEqual({ action: 'stop', filter: { state: 'failed' }, dryRun: false });
    await dialog.getByRole('button', { name: 'Close' }).click();
    expect(await dialog.count()).toBe(0);
  });

  it('names every container when the filter is a search', async () => {
    countActions(2);
    const page = await openPage();
    await page.getByLabel('Search').fill('users:12');
    await page.getByRole('button', { name: 'Extend these 2…' }).click();
    const dialog = page.getByRole('dialog');
    await says(dialog, /2 containers fit/);
    await dialog.getByLabel('Minutes to add').fill('0');
    expect(await dialog.getByRole('button', { name: 'Extend' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Minutes to add').fill('45');
    await dialog.getByRole('button', { name: 'Extend' }).click();
    await says(dialog, /Done: 2 of 2/);
    const ids = ['12'.padStart(20, 'c'), '120'.padStart(20, 'c')];
    expect(actions()[1]?.body).toEqual({ action: 'extend', ids, minutes: 45, dryRun: false });
  });

  it('stops everything only after a count and a word', async () => {
    countActions(120);
    const page = await openPage();
    await page.getByRole('combobox', { name: 'State' }).selectOption('failed');
    await page.getByRole('button', { name: 'Stop everything…' }).click();
    const dialog = page.getByRole('dialog');
    await says(dialog, /Everything of this event stops: 120 containers/);
    const go = dialog.getByRole('button', { name: 'Stop' });
    expect(await go.isDisabled()).toBe(true);
    await dialog.getByLabel('To go on, type purge').fill('Purge');
    await go.click();
    await says(dialog, /Done: 120 of 120/);
    expect(actions()[1]?.body).toEqual({ action: 'stop', all: true, dryRun: false });
  });

  it('says what went wrong, and lets it be tried again', async () => {
    countActions(3);
    const page = await openPage();
    await page.getByRole('button', { name: /^Stop these/ }).click();
    const dialog = page.getByRole('dialog');
    await says(dialog, /3 containers will be stopped/);
    stage.service.once(
      'POST',
      'manage/containers/actions',
      problem(503, 'storage_unavailable', 'The storage is away.'),
    );
    await dialog.getByRole('button', { name: 'Stop' }).click();
    await says(dialog, /The storage is away/);
    await dialog.getByRole('button', { name: 'Stop' }).click();
    await says(dialog, /Done: 3 of 3/);
  });

  it('reads a log, and reads it again', async () => {
    stage.service.on('GET', 'manage/containers/users%3A1/2/logs', { status: 200, body: { log: 'started' } });
    const page = await openPage();
    await page.getByRole('button', { name: 'Log: Vault of users:1', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await says(dialog, /Log of Vault, users:1[\s\S]*started/);
    stage.service.on('GET', 'manage/containers/users%3A1/2/logs', problem(404, 'container_not_found', 'It is gone.'));
    await dialog.getByRole('button', { name: 'Refresh' }).click();
    await says(dialog, /It is gone/);
    await page.keyboard.press('Escape');
    expect(await dialog.count()).toBe(0);
  });

  it('pauses all starts with a message, and resumes them', async () => {
    const page = await openPage();
    const paused = { message: 'Back at four.', since: stage.now, by: 'admin:1' };
    stage.service.on('PUT', 'manage/control', { status: 200, body: { ...control, paused } });
    stage.service.on('GET', 'manage/control', { status: 200, body: { ...control, paused } });
    await page.getByLabel('Message to players').first().fill('Back at four.');
    await page.getByRole('button', { name: 'Pause all starts' }).click();
    await says(
      page.locator('.page'),
      /All starts are paused\. Players read: “Back at four\.”[\s\S]*by admin:1[\s\S]*Saved\./,
    );
    const change = stage.service.calls.find(({ method }) => method === 'PUT');
    expect(change?.body).toEqual({ paused: { message: 'Back at four.' } });
    stage.service.on('PUT', 'manage/control', { status: 200, body: control });
    stage.service.on('GET', 'manage/control', { status: 200, body: control });
    await page.getByRole('button', { name: 'Resume starts' }).click();
    await page.getByRole('button', { name: 'Pause all starts' }).waitFor();
    expect(stage.service.calls.filter(({ method }) => method === 'PUT')[1]?.body).toEqual({ paused: false });
  });

  it('pauses one challenge and resumes it', async () => {
    const page = await openPage();
    const paused = { ...control, pausedChallenges: { 2: { message: 'Broken.', since: stage.now, by: 'admin:1' } } };
    stage.service.on('PUT', 'manage/control', { status: 200, body: paused });
    stage.service.on('GET', 'manage/control', { status: 200, body: paused });
    await page.getByLabel('Pause one challenge').selectOption('Vault');
    await page.getByLabel('Message to players').nth(1).fill('Broken.');
    await page.getByRole('button', { name: 'Pause it' }).click();
    await says(page.locator('.page'), /Vault: “Broken\.” Since/);
    await page.getByRole('button', { name: 'Resume Vault' }).click();
    const bodies = (): unknown[] =>
      stage.service.calls.filter(({ method }) => method === 'PUT').map(({ body }) => body);
    await eventually(
      () => bodies().length,
      (count) => count === 2,
      'both changes',
    );
    expect(bodies()).toEqual([{ pausedChallenges: { 2: { message: 'Broken.' } } }, { pausedChallenges: { 2: false } }]);
  });

  it('sets the maximum and takes it away', async () => {
    stage.service.on('PUT', 'manage/control', ({ body }) => ({ status: 200, body: { ...control, ...Object(body) } }));
    const page = await openPage();
    const bodies = (): unknown[] =>
      stage.service.calls.filter(({ method }) => method === 'PUT').map(({ body }) => body);
    await page.getByLabel(/^At most so many/).fill('80');
    await page.getByRole('button', { name: 'Set' }).click();
    await eventually(
      () => bodies().length,
      (count) => count === 1,
      'the maximum',
    );
    await page.getByLabel(/^At most so many/).fill('');
    await page.getByRole('button', { name: 'Set' }).click();
    await eventually(
      () => bodies().length,
      (count) => count === 2,
      'no maximum',
    );
    expect(bodies()).toEqual([{ globalMaximum: 80 }, { globalMaximum: null }]);
  });

  it('drains a target', async () => {
    stage.service.on('PUT', 'manage/control', { status: 200, body: control });
    const page = await openPage();
    await says(page.getByRole('region', { name: 'Targets' }), /north[\s\S]*Few cores are left[\s\S]*92 of 100/);
    const drained = status(stage.now, { targets: [target('west', { drained: true, reachable: false })] });
    stage.service.on('GET', 'manage/status', { status: 200, body: drained });
    await page.getByRole('button', { name: 'Drain west' }).click();
    await page.getByRole('button', { name: 'End draining west' }).waitFor();
    await says(page.locator('.page'), /Backend: aci, does not answer[\s\S]*drained: no new starts/);
    const change = stage.service.calls.find(({ method }) => method === 'PUT');
    expect(change?.body).toEqual({ drainedTargets: { west: { message: '' } } });
  });

  it('shows only the containers of whoever uses most', async () => {
    const page = await openPage();
    await page.getByRole('button', { name: 'Show only users:7' }).click();
    expect(await page.getByLabel('Search').inputValue()).toBe('users:7');
    await says(page.locator('.page'), /11 of 120 containers/);
  });

  it('reads the audit of a day, and what is older', async () => {
    const page = await openPage();
    const entry = { at: stage.now, action: 'requested', owner: 'users:7', challenge: '1', by: '7' };
    stage.service.on('GET', 'manage/audit', ({ path }) => {
      const body = path.includes('from=')
        ? { entries: [{ ...entry, action: 'older' }] }
        : { entries: [entry], next: 'x' };
      return { status: 200, body };
    });
    const region = page.getByRole('region', { name: 'Audit' });
    await region.getByLabel('Day (UTC)').fill('2026-11-23');
    await region.getByLabel('Owner').fill('users:7');
    await region.getByRole('button', { name: 'Show' }).click();
    await says(region, /2026-11-24 15:00:0\d\s+requested\s+users:7/);
    await region.getByRole('button', { name: 'Older' }).click();
    await says(region, /older/);
    const asked = stage.service.asked.filter((call) => call.includes('audit'));
    expect(asked[0]).toBe('GET manage/audit?day=2026-11-23&owner=users%3A7&limit=100');
    stage.service.on('GET', 'manage/audit', { status: 200, body: { entries: [] } });
    await region.getByRole('button', { name: 'Show' }).click();
    await says(region, /Nothing was written that day/);
  });

  for (const path of ['admin.html', 'admin.html?dark']) {
    it(`has no fault that axe knows on ${path}`, async () => {
      const page = await openPage(path);
      await page.getByRole('region', { name: 'Audit' }).getByRole('button', { name: 'Show' }).click();
      await says(page.getByRole('region', { name: 'Audit' }), /requested/);
      expect(await axeFindings(page, 'berth-admin')).toEqual([]);
      await page.setViewportSize({ width: 390, height: 800 });
      expect(await axeFindings(page, 'berth-admin')).toEqual([]);
      countActions(4);
      await page.getByRole('button', { name: 'Stop everything…' }).click();
      await says(page.getByRole('dialog'), /Everything of this event/);
      expect(await axeFindings(page, 'berth-admin')).toEqual([]);
    });
  }
});
