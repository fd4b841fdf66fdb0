import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { none, queued, running } from '../support/containers.ts';
import { patience } from '../support/eventually.ts';
import { problem } from '../support/scripted-service.ts';
import { openChallenge, type Stage, says, shows } from '../support/stage.ts';
import { useStage } from '../support/use-stage.ts';

let stage: Stage;
useStage((opened) => {
  stage = opened;
});

async function openAndStart(): Promise<{ readonly page: Page; readonly panel: Locator }> {
  shows(stage, none);
  const page = await stage.page('core.html');
  const panel = await openChallenge(page);
  await panel.getByRole('button', { name: 'Start container' }).click();
  return { page, panel };
}

describe('what goes wrong, with the way out', () => {
  it('over quota: stops the other one and starts this one in one press', async () => {
    const facts = { quota: 1, running: [{ challengeId: '2', challengeName: 'Blog', state: 'running' }] };
    const title = 'You may have 1 containers at once. Stop one of them first.';
    stage.service.once('POST', 'containers', problem(409, 'over_quota', title, facts));
    stage.service.on('DELETE', 'containers/2', { status: 200, body: none(stage.now, '2') });
    const { panel } = await openAndStart();
    await says(panel, /You may have 1 containers at once/);
    stage.service.on('POST', 'containers', () => ({ status: 202, body: queued(stage.now) }));
    await panel.getByRole('button', { name: 'Stop Blog and start Challenge 1' }).click();
    await says(panel, /Waiting in line/);
    const [deletion] = stage.service.calls.filter(({ method }) => method === 'DELETE');
    expect(deletion?.token).toMatch(/^owner-/);
    expect(stage.service.calls.at(-1)?.token).toMatch(/^challenge-1-/);
  });

  it('over quota: goes on when the other one is gone already', async () => {
    const facts = { running: [{ challengeId: '2', challengeName: 'Blog', state: 'running' }] };
    stage.service.once('POST', 'containers', problem(409, 'over_quota', 'Too many.', facts));
    stage.service.on('DELETE', 'containers/2', problem(404, 'container_not_found', 'There is no container to stop.'));
    const { panel } = await openAndStart();
    stage.service.on('POST', 'containers', () => ({ status: 202, body: queued(stage.now) }));
    await panel.getByRole('button', { name: /^Stop Blog/ }).click();
    await says(panel, /Waiting in line/);
  });

  it('rate limit: counts down on the button, then lets it be pressed again', async () => {
    const limited = problem(429, 'rate_limited', 'That is 6 starts within a minute. Try again in 23 s.', {
      retryAfterSeconds: 23,
    });
    stage.service.once('POST', 'containers', limited);
    const { panel } = await openAndStart();
    await says(panel, /That is 6 starts within a minute/);
    const held = panel.getByRole('button', { name: 'Start container (23 s)' });
    expect(await held.getAttribute('aria-disabled')).toBe('true');
    await held.click({ force: true });
    await stage.advance(20_000);
    await says(panel, /Start container \([34] s\)/);
    await stage.advance(4_000);
    stage.service.on('POST', 'containers', () => ({ status: 202, body: queued(stage.now) }));
    expect(await panel.getByText('within a minute').isVisible()).toBe(false);
    await panel.getByRole('button', { name: 'Start container', exact: true }).click();
    await says(panel, /Waiting in line/);
    expect(stage.service.count('POST containers')).toBe(2);
  });

  it('still cleaning up: starts by itself as soon as there is room', async () => {
    const wait = problem(429, 'cleaning_up', 'Your earlier containers are still being removed.', {
      retryAfterSeconds: 5,
    });
    stage.service.on('POST', 'containers', wait);
    const { panel } = await openAndStart();
    await says(panel, /Yours starts by itself/);
    await stage.advance(6_000);
    await expect.poll(() => stage.service.count('POST containers'), patience).toBe(2);
    stage.service.on('POST', 'containers', () => ({ status: 202, body: queued(stage.now) }));
    await stage.advance(6_000);
    await says(panel, /Waiting in line/);
  });

  it('paused: shows the organiser’s words and may be tried again', async () => {
    const paused = problem(503, 'paused', 'Back at four.', { retryAfterSeconds: 15 });
    stage.service.once('POST', 'containers', paused);
    const { panel } = await openAndStart();
    await says(panel, /Paused by the organisers: Back at four\.[\s\S]*Start container \(15 s\)/);
    await stage.advance(16_000);
    await says(panel, /Paused by the organisers/);
    stage.service.on('POST', 'containers', () => ({ status: 202, body: queued(stage.now) }));
    await panel.getByRole('button', { name: 'Start container', exact: true }).click();
    await says(panel, /Waiting in line/);
  });

  it('service down: says so, tries again by itself, and keeps what it knew', async () => {
    shows(stage, (now) => running(now));
    const panel = await openChallenge(await stage.page('core.html'));
    await says(panel, /Running/);
    stage.service.condition = 'down';
    await stage.advance(31_000);
    await says(panel, /http:\/\/web.test:8080[\s\S]*cannot be reached[\s\S]*out of date\. Trying again in \d+ s/);
    stage.service.condition = 'well';
    await stage.advance(5_000);
    await says(panel, /Running[\s\S]*Reset/);
    await expect.poll(() => panel.getByText('cannot be reached').isVisible(), patience).toBe(false);
  });

  it('service down at the opening: can be tried at once', async () => {
    stage.service.condition = 'down';
    shows(stage, none);
    const panel = await openChallenge(await stage.page('core.html'));
    await says(panel, /cannot be reached/);
    stage.service.condition = 'well';
    await panel.getByRole('button', { name: 'Try now' }).click();
    await says(panel, /Not started/);
  });

  it('service down at a press: the press can be repeated', async () => {
    shows(stage, none);
    const panel = await openChallenge(await stage.page('core.html'));
    await says(panel, /Not started/);
    stage.service.condition = 'down';
    await panel.getByRole('button', { name: 'Start container' }).click();
    await says(panel, /cannot be reached/);
    stage.service.condition = 'well';
    stage.service.on('POST', 'containers', () => ({ status: 202, body: queued(stage.now) }));
    await panel.getByRole('button', { name: 'Start container' }).click();
    await says(panel, /Waiting in line/);
  });

  it('answers without CORS headers: says that an organiser has to allow this site', async () => {
    stage.service.condition = 'no cors';
    shows(stage, none);
    const panel = await openChallenge(await stage.page('core.html'));
    await says(panel, /missing from its allowed origins \(CORS\)/);
  });

  it('a service that takes the call and says nothing', async () => {
    stage.service.condition = 'silent';
    const panel = await openChallenge(await stage.page('core.html'));
    await expect.poll(() => stage.site.tokenCalls.length, patience).toBe(1);
    await expect
      .poll(async () => {
        await stage.advance(1_000);
        return panel.getByText('takes too long to answer').first().isVisible();
      }, patience)
      .toBe(true);
  });

  it('a proxy’s page in place of an answer', async () => {
    stage.service.condition = 'proxy error';
    const panel = await openChallenge(await stage.page('core.html'));
    await says(panel, /Something answered in the container service’s place/);
  });

  it('a success that is no container', async () => {
    stage.service.on('GET', 'containers/1', { status: 200, body: { hello: 'world' } });
    const panel = await openChallenge(await stage.page('core.html'));
    await says(panel, /Something answered in the container service’s place/);
  });

  it('CTFd gives no token and says why', async () => {
    stage.site.refuseTokens = { status: 403, body: { code: 'paused', message: 'The event is paused.' } };
    shows(stage, none);
    const panel = await openChallenge(await stage.page('core.html'));
    await says(panel, /The event is paused\.[\s\S]*Code: paused/);
    stage.site.refuseTokens = undefined;
    await panel.getByRole('button', { name: 'Try now' }).click();
    await says(panel, /Not started/);
    expect(stage.service.asked).toEqual(['GET containers/1']);
  });

  it('CTFd answers with a page of its own: the session is over', async () => {
    stage.site.refuseTokens = { status: 403, html: '<h1>Forbidden</h1>' };
    const page = await stage.page('core.html');
    const panel = await openChallenge(page);
    await says(panel, /CTFd no longer accepts this page/);
    await panel.getByRole('button', { name: 'Reload the page' }).click();
    await page.getByRole('button', { name: 'Open 1' }).waitFor();
    expect(await page.locator('berth-panel').count()).toBe(0);
  });

  it('an expired token is replaced once, unseen', async () => {
    shows(stage, none);
    stage.service.firstGoodToken = 2;
    const panel = await openChallenge(await stage.page('core.html'));
    await says(panel, /Not started/);
    expect(stage.service.calls.map(({ token }) => token)).toEqual(['challenge-1-1', 'challenge-1-2']);
  });

  it('tokens that the service never accepts are not asked for without end', async () => {
    stage.service.firstGoodToken = 99;
    const panel = await openChallenge(await stage.page('core.html'));
    await says(panel, /does not accept the pass[\s\S]*Reload the page/);
    expect(stage.site.tokenCalls.length).toBe(2);
  });

  it('a token is replaced before it ends', async () => {
    stage.site.tokenLife = 60;
    shows(stage, (now) => running(now));
    const panel = await openChallenge(await stage.page('core.html'));
    await says(panel, /Running/);
    await stage.advance(31_000);
    await expect
      .poll(() => stage.service.calls.map(({ token }) => token), patience)
      .toEqual(['challenge-1-1', 'challenge-1-2']);
  });

  it('no connection at all', async () => {
    shows(stage, none);
    const page = await stage.page('core.html');
    const panel = await openChallenge(page);
    await says(panel, /Not started/);
    await page.context().setOffline(true);
    await panel.getByRole('button', { name: 'Start container' }).click();
    await says(panel, /You seem to be offline/);
  });

  it('a fault of the service: its sentence, its code, and another try', async () => {
    stage.service.once('POST', 'containers', problem(503, 'misconfigured', 'Not set up correctly yet.'));
    const { panel } = await openAndStart();
    await says(panel, /Not set up correctly yet\.[\s\S]*Code: misconfigured/);
    stage.service.on('POST', 'containers', () => ({ status: 202, body: queued(stage.now) }));
    await panel.getByRole('button', { name: 'Try again' }).click();
    await says(panel, /Waiting in line/);
  });

  it('a press on what is gone already: the panel shows what is there', async () => {
    shows(stage, (now) => running(now));
    const panel = await openChallenge(await stage.page('core.html'));
    await says(panel, /Running/);
    shows(stage, none);
    stage.service.on('DELETE', 'containers/1', problem(404, 'container_not_found', 'There is no container to stop.'));
    await panel.getByRole('button', { name: 'Stop' }).click();
    await says(panel, /Not started/);
  });
});
