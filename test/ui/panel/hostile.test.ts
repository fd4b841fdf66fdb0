import { describe, expect, it } from 'vitest';
import { failed, none, running } from '../support/containers.ts';
import { problem } from '../support/scripted-service.ts';
import { openChallenge, type Stage, says, shows } from '../support/stage.ts';
import { useStage } from '../support/use-stage.ts';

let stage: Stage;
useStage((opened) => {
  stage = opened;
});

const evil = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>';
const markup = /<img src=x onerror="window.hit=1">/;

describe('text from elsewhere stays text', () => {
  it('of a player’s name, a label, a command and an address', async () => {
    const endpoint = { label: evil, host: 'h', ip: evil, port: 1, protocol: 'tcp', command: evil };
    const bad = { label: 'bad', host: 'h', port: 1, protocol: 'http', url: 'javascript:window.hit=1' };
    shows(stage, (now) => running(now, { endpoints: [endpoint, bad], startedBy: { id: '8', name: evil } }));
    const page = await stage.page('core.html');
    const panel = await openChallenge(page);
    await says(panel, markup);
    await panel.getByRole('button', { name: 'Reset' }).click();
    await says(panel, /started this container/);
    expect(await panel.locator('img, script').count()).toBe(0);
    expect(await panel.getByRole('link').count()).toBe(0);
    expect(await page.evaluate('window.hit')).toBe(undefined);
  });

  it('of an error, a challenge’s name and a pause', async () => {
    shows(stage, (now) => failed(now, { error: { code: evil, message: evil } }));
    const page = await stage.page('core.html');
    const panel = await openChallenge(page);
    await says(panel, markup);
    const facts = { running: [{ challengeId: evil, challengeName: evil, state: 'running' }] };
    stage.service.once('POST', 'containers', problem(409, 'over_quota', evil, facts));
    await panel.getByRole('button', { name: 'Start again' }).click();
    await panel.getByRole('button', { name: /^Stop <img/ }).waitFor();
    stage.service.once('DELETE', `containers/${encodeURIComponent(evil)}`, problem(503, 'paused', evil));
    await panel.getByRole('button', { name: /^Stop <img/ }).click();
    await says(panel, /Paused by the organisers: <img/);
    expect(await panel.locator('img, script').count()).toBe(0);
    expect(await page.evaluate('window.hit')).toBe(undefined);
  });

  it('of the corner’s message', async () => {
    const end = stage.now + 310_000;
    shows(stage, (now) => ({ ...running(now, { expiresAt: end }), challengeName: evil }));
    const page = await stage.page('standalone.html');
    await says(page.locator('berth-panel .panel'), /Stops in/);
    await page.evaluate("document.querySelector('berth-panel').hidden = true");
    await page.evaluate("document.querySelector('berth-panel').style.display = 'none'");
    await stage.advance(15_000);
    await page.getByText('stops in less than 5 minutes').waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.evaluate('window.hit')).toBe(undefined);
  });
});

describe('a page of one’s own', () => {
  it('needs nothing of CTFd’s, and says where its tokens come from', async () => {
    shows(stage, none);
    const page = await stage.page('standalone.html');
    await says(page.locator('berth-panel .panel'), /Not started/);
    expect(stage.site.tokenCalls.map(({ path }) => path)).toEqual(['/plugins/berth/api/token/challenge/1']);
  });
});
