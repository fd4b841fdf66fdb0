import { describe, expect, it } from 'vitest';
import { ids, none, provisioning, queued, running } from '../support/containers.ts';
import { patience } from '../support/eventually.ts';
import { closeChallenge, openChallenge, type Stage, says, setHidden, shows } from '../support/stage.ts';
import { useStage } from '../support/use-stage.ts';

let stage: Stage;
useStage((opened) => {
  stage = opened;
});

const alice = { id: '8', name: 'Alice' };
const looks = (): number => stage.service.count('GET containers/1');

/** Long enough for every timer there is to have run several times. */
async function wait(): Promise<void> {
  await stage.advance(120_000);
  await stage.advance(120_000);
}

for (const theme of ['core.html', 'core-deprecated.html']) {
  describe(`the challenge window of ${theme}`, () => {
    it('stops asking when it is closed', async () => {
      shows(stage, (now) => provisioning(now));
      const page = await stage.page(theme);
      const panel = await openChallenge(page);
      await says(panel, /Starting/);
      await closeChallenge(page);
      const asked = stage.service.calls.length;
      await wait();
      expect(stage.service.calls.length).toBe(asked);
    });

    it('shows the same container when it is opened again, after the script has run a second and a third time', async () => {
      shows(stage, (now) => running(now));
      const page = await stage.page(theme);
      for (const time of [1, 2, 3]) {
        const panel = await openChallenge(page);
        await says(panel, /Running[\s\S]*web.test:8080/);
        expect(looks()).toBe(time);
        await closeChallenge(page);
      }
      expect(stage.service.asked.every((call) => call === 'GET containers/1')).toBe(true);
    });

    it('shows another challenge’s container after the first one’s', async () => {
      shows(stage, (now) => running(now));
      shows(stage, (now) => none(now, '2'), '2');
      const page = await stage.page(theme);
      await says(await openChallenge(page), /Running/);
      await closeChallenge(page);
      await says(await openChallenge(page, 2), /Not started/);
      await wait();
      expect(looks()).toBe(1);
    });

    it('asks for nothing in a hidden tab, and at once on return', async () => {
      shows(stage, (now) => provisioning(now));
      const page = await stage.page(theme);
      const panel = await openChallenge(page);
      await says(panel, /Starting/);
      await setHidden(page, true);
      const before = looks();
      await wait();
      expect(looks()).toBe(before);
      shows(stage, (now) => running(now));
      await setHidden(page, false);
      await says(panel, /Running/);
      expect(looks()).toBe(before + 1);
    });
  });
}

describe('the rest of what a window meets', () => {
  it('hands in the flag on core-deprecated, by way of the script', async () => {
    shows(stage, none);
    const page = await stage.page('core-deprecated.html');
    await openChallenge(page);
    await page.locator('#challenge-submit').click();
    await says(page.locator('#result'), /correct/);
  });

  it('copies on plain http, inside a window that keeps the focus', async () => {
    shows(stage, (now) => running(now));
    const page = await stage.page('core.html', 'ctfd.test');
    expect(await page.evaluate('isSecureContext')).toBe(false);
    const panel = await openChallenge(page);
    await panel.getByRole('button', { name: 'Copy Website' }).click();
    await says(panel, /Copied/);
    await page.locator('#challenge-input').click();
    await page.keyboard.press('Control+V');
    expect(await page.locator('#challenge-input').inputValue()).toBe('http://web.test:8080');
  });

  it('follows what a second tab does', async () => {
    shows(stage, none);
    const first = await openChallenge(await stage.page('core.html'));
    const second = await openChallenge(await stage.page('core.html'));
    await says(first, /Not started/);
    await says(second, /Not started/);
    shows(stage, (now) => queued(now));
    stage.service.on('POST', 'containers', () => ({ status: 202, body: queued(stage.now) }));
    await first.getByRole('button', { name: 'Start container' }).click();
    await says(first, /Waiting in line/);
    await says(second, /Waiting in line/);
  });

  it('says that a teammate has reset it, and shows the new address', async () => {
    shows(stage, (now) => running(now));
    const panel = await openChallenge(await stage.page('core.html'));
    await says(panel, /Running/);
    shows(stage, (now) => queued(now, { id: ids.second, startedBy: alice }));
    await stage.advance(31_000);
    await says(panel, /Waiting in line[\s\S]*Alice started a fresh container. The old address no longer works/);
    expect(await panel.getByText('web.test').count()).toBe(0);
  });

  it('says that a teammate has started or stopped it', async () => {
    shows(stage, none);
    const panel = await openChallenge(await stage.page('core.html'));
    await says(panel, /Not started/);
    shows(stage, (now) => running(now, { startedBy: alice }));
    await stage.advance(61_000);
    await says(panel, /Started by Alice[\s\S]*Alice started the container\./);
    shows(stage, none);
    await stage.advance(31_000);
    await says(panel, /Not started[\s\S]*stopped in another tab, by a teammate or an organiser/);
  });

  it('asks before it resets or stops what a teammate started', async () => {
    shows(stage, (now) => running(now, { startedBy: alice }));
    const page = await stage.page('core.html');
    const panel = await openChallenge(page);
    await panel.getByRole('button', { name: 'Reset' }).click();
    await says(panel, /Alice started this container\. A reset gives your whole team a fresh one/);
    await panel.getByRole('button', { name: 'Keep it' }).click();
    expect(stage.service.count('POST containers/1/reset')).toBe(0);

    await panel.getByRole('button', { name: 'Stop' }).click();
    await says(panel, /Stopping it takes it from your whole team/);
    await page.keyboard.press('Escape');
    await says(panel, /Reset/);
    expect(await panel.isVisible()).toBe(true);
    expect(stage.service.count('DELETE containers/1')).toBe(0);

    stage.service.on('POST', 'containers/1/reset', () => ({
      status: 202,
      body: queued(stage.now, { id: ids.second }),
    }));
    await panel.getByRole('button', { name: 'Reset' }).click();
    await panel.getByRole('button', { name: 'Reset it' }).click();
    await says(panel, /Waiting in line/);
  });

  it('warns of the end inside the window', async () => {
    const end = stage.now + 310_000;
    shows(stage, (now) => running(now, { expiresAt: end }));
    const panel = await openChallenge(await stage.page('core.html'));
    const live = panel.getByRole('status');
    await says(panel, /Stops in 5:10/);
    await stage.advance(12_000);
    await expect.poll(() => live.textContent(), patience).toContain('Less than 5 minutes left');
    await stage.advance(240_000);
    await expect.poll(() => live.textContent(), patience).toContain('Less than a minute left');
  });

  it('warns of the end outside the window too, at 5 minutes and at 1, and adds time from there', async () => {
    let end = stage.now + 360_000;
    shows(stage, (now) => running(now, { expiresAt: end }));
    const page = await stage.page('core.html');
    await says(await openChallenge(page), /Stops in 6:00/);
    await closeChallenge(page);
    await stage.advance(50_000);
    expect(await page.getByText('stops in less than').count()).toBe(0);
    await stage.advance(12_000);
    await page.getByText('The container of “Challenge 1” stops in less than 5 minutes.').waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await stage.advance(242_000);
    await page.getByText('The container of “Challenge 1” stops in less than a minute.').waitFor();
    end += 3_600_000;
    stage.service.on('POST', 'containers/1/renew', () => ({
      status: 200,
      body: running(stage.now, { expiresAt: end }),
    }));
    await page.getByRole('button', { name: 'Add time' }).click();
    await page.getByText('Time added to “Challenge 1”.').waitFor();
    await stage.advance(120_000);
    expect(await page.getByText('stops in less than').count()).toBe(0);
  });

  it('does not warn when a teammate has added time, or has stopped it', async () => {
    let end = stage.now + 360_000;
    shows(stage, (now) => running(now, { expiresAt: end }));
    const page = await stage.page('core.html');
    await says(await openChallenge(page), /Stops in 6:00/);
    await closeChallenge(page);
    end += 600_000;
    await stage.advance(70_000);
    expect(await page.getByText('stops in less than').count()).toBe(0);
    shows(stage, none);
    await stage.advance(600_000);
    await wait();
    expect(looks()).toBe(3);
    expect(await page.getByText('Challenge 1”').count()).toBe(0);
  });

  it('tells when the time is up with the window closed', async () => {
    const end = stage.now + 70_000;
    shows(stage, (now) => running(now, { expiresAt: end }));
    const page = await stage.page('core.html');
    await says(await openChallenge(page), /Stops in 1:10/);
    await closeChallenge(page);
    await stage.advance(72_000);
    await page.getByText('was stopped: its time is up. Your flag still counts.').waitFor();
  });

  it('obeys what the service says about when to ask again', async () => {
    shows(stage, (now) => running(now, { retryAfterSeconds: 50 }));
    const panel = await openChallenge(await stage.page('core.html'));
    await says(panel, /Running/);
    await stage.advance(49_900);
    expect(looks()).toBe(1);
    await stage.advance(200);
    await expect.poll(looks, patience).toBe(2);
  });
});
