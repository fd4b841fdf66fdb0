import { describe, expect, it } from 'vitest';
import { failed, ids, none, provisioning, queued, running } from '../support/containers.ts';
import { patience } from '../support/eventually.ts';
import { openChallenge, type Stage, says, shows } from '../support/stage.ts';
import { useStage } from '../support/use-stage.ts';

let stage: Stage;
useStage((opened) => {
  stage = opened;
});

const ok = (body: object) => ({ status: 200, body });

describe('the life of a container, as its player sees it', () => {
  it('asks for one token and one state when it is opened, and starts nothing', async () => {
    shows(stage, none);
    const panel = await openChallenge(await stage.page('core.html'));
    await says(panel, /Not started/);
    expect(stage.service.asked).toEqual(['GET containers/1']);
    const token = { path: '/plugins/berth/api/token/challenge/1', csrf: 'nonce-1', contentType: 'application/json' };
    expect(stage.site.tokenCalls).toEqual([expect.objectContaining(token)]);
    expect(stage.service.calls[0]).toMatchObject({ token: 'challenge-1-1', cookie: undefined });
  });

  it('shows the place in line and the time that is left, then the progress, then where to connect', async () => {
    shows(stage, none);
    const page = await stage.page('core.html');
    const panel = await openChallenge(page);
    stage.service.on('POST', 'containers', () => ({ status: 202, body: queued(stage.now) }));
    await panel.getByRole('button', { name: 'Start container' }).click();
    await says(panel, /Waiting in line[\s\S]*3 starts ahead of yours[\s\S]*Ready in about 1 min 20 s/);
    expect(stage.service.calls.at(-1)).toMatchObject({ method: 'POST', body: { challengeId: '1' } });

    shows(stage, (now) => queued(now, { place: 1, etaSeconds: 50 }));
    await stage.advance(5_000);
    await says(panel, /3 starts ahead[\s\S]*Ready in about 1 min 15 s/);
    await stage.advance(6_000);
    await says(panel, /1 start ahead of yours[\s\S]*Ready in about (49|50) s/);

    shows(stage, (now) => provisioning(now));
    await stage.advance(11_000);
    await says(panel, /Starting[\s\S]*1[01] s so far[\s\S]*usually takes about 40 s/);
    expect(Number(await panel.getByRole('progressbar').getAttribute('value'))).toBeCloseTo(0.26, 1);

    shows(stage, (now) => running(now));
    await stage.advance(3_000);
    await says(panel, /Running[\s\S]*Stops in 45:00[\s\S]*http:\/\/web.test:8080[\s\S]*Your container is ready/);
  });

  it('says so when a start takes longer than usual', async () => {
    shows(stage, (now) => provisioning(now, { etaSeconds: 0, requestedAt: now - 70_000 }));
    const panel = await openChallenge(await stage.page('core.html'));
    await says(panel, /1 min 10 s so far[\s\S]*longer than the usual 40 s/);
  });

  it('changes the title of the tab when it is ready, until somebody is there', async () => {
    shows(stage, (now) => provisioning(now));
    const page = await stage.page('core.html');
    const panel = await openChallenge(page);
    await says(panel, /Starting/);
    shows(stage, (now) => running(now));
    await stage.advance(3_000);
    await expect.poll(() => page.title(), patience).toBe('Ready · Challenges | CTF');
    await page.keyboard.press('Tab');
    expect(await page.title()).toBe('Challenges | CTF');
  });

  it('gives one line for each endpoint: a link for http, a command otherwise, each with its label and a copy', async () => {
    shows(stage, (now) => running(now));
    const page = await stage.page('core.html');
    const panel = await openChallenge(page);
    const link = panel.getByRole('link', { name: 'http://web.test:8080' });
    expect(await link.getAttribute('href')).toBe('http://web.test:8080');
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer');
    expect(await link.getAttribute('target')).toBe('_blank');
    await says(panel, /Website[\s\S]*Shell[\s\S]*ssh -p 2222 ctf@web.test[\s\S]*use 203.0.113.9 in its place/);
    await panel.getByRole('button', { name: 'Copy Shell' }).click();
    await says(panel, /Copied/);
    await page.locator('#challenge-input').click();
    await page.keyboard.press('Control+V');
    expect(await page.locator('#challenge-input').inputValue()).toBe('ssh -p 2222 ctf@web.test');
  });

  it('adds time, and says how often that is left', async () => {
    shows(stage, (now) => running(now, { expiresAt: now + 600_000, renewalsLeft: 1 }));
    const panel = await openChallenge(await stage.page('core.html'));
    stage.service.on('POST', 'containers/1/renew', () =>
      ok(running(stage.now, { expiresAt: stage.now + 4_200_000, renewalsLeft: 0 })),
    );
    await says(panel, /Stops in 10:00/);
    await panel.getByRole('button', { name: 'Add time (1 left)' }).click();
    await says(panel, /Stops in 1:10:00[\s\S]*Time added/);
    const spent = panel.getByRole('button', { name: 'No time to add' });
    expect(await spent.getAttribute('aria-disabled')).toBe('true');
    await spent.click({ force: true });
    expect(stage.service.count('POST containers/1/renew')).toBe(1);
  });

  it('offers no time to add where there is no limit', async () => {
    shows(stage, (now) => ({ ...running(now), expiresAt: undefined, renewalsLeft: 0 }));
    const panel = await openChallenge(await stage.page('core.html'));
    await says(panel, /Running/);
    expect(await panel.getByRole('button', { name: /time/ }).count()).toBe(0);
    expect(await panel.getByText('Stops in').isVisible()).toBe(false);
  });

  it('resets and stops without a question when the player started it', async () => {
    shows(stage, (now) => running(now));
    const panel = await openChallenge(await stage.page('core.html'));
    const fresh = { id: ids.second, place: 0 };
    stage.service.on('POST', 'containers/1/reset', () => ({ status: 202, body: queued(stage.now, fresh) }));
    await panel.getByRole('button', { name: 'Reset' }).click();
    await says(panel, /Yours is the next to start/);
    expect(await panel.getByText('fresh container').count()).toBe(0);
    stage.service.on('DELETE', 'containers/1', () => ok(none(stage.now)));
    await panel.getByRole('button', { name: 'Cancel' }).click();
    await says(panel, /Not started[\s\S]*Your container is stopped[\s\S]*Start container/);
  });

  it('checks what does not answer', async () => {
    shows(stage, (now) => running(now));
    const panel = await openChallenge(await stage.page('core.html'));
    const check = panel.getByRole('button', { name: 'Not answering? Check' });
    stage.service.on('POST', 'containers/1/check', () => ok({ ...running(stage.now), answers: true }));
    await check.click();
    await says(panel, /It answers\./);
    stage.service.on('POST', 'containers/1/check', () => ok({ ...running(stage.now), answers: false }));
    await check.click();
    await says(panel, /It does not answer at the moment/);
    stage.service.on('POST', 'containers/1/reset', () => ({
      status: 202,
      body: queued(stage.now, { id: ids.second }),
    }));
    await panel.locator('.notice').getByRole('button', { name: 'Reset' }).click();
    await says(panel, /Waiting in line/);
  });

  it('says why a container failed, and starts it again', async () => {
    shows(stage, (now) => failed(now));
    const panel = await openChallenge(await stage.page('core.html'));
    await says(panel, /Not running[\s\S]*did not become ready in time[\s\S]*Code: provisioning_timeout/);
    stage.service.on('POST', 'containers', () => ({ status: 202, body: queued(stage.now, { id: ids.second }) }));
    await panel.getByRole('button', { name: 'Start again' }).click();
    await says(panel, /Waiting in line/);
    expect(await panel.getByText('did not become ready').count()).toBe(0);
  });

  it('says that the time is up while it is open, and that the flag still counts', async () => {
    shows(stage, (now) => running(now, { expiresAt: stage.now + 90_000 }));
    const end = stage.now + 90_000;
    shows(stage, (now) => running(now, { expiresAt: end }));
    const panel = await openChallenge(await stage.page('core.html'));
    await says(panel, /Stops in 1:30/);
    await stage.advance(91_000);
    await says(panel, /Stops in 0:00[\s\S]*Time is up; the container is being stopped. Your flag still counts/);
    expect(await panel.getByRole('button', { name: /Add time/ }).getAttribute('aria-disabled')).toBe('true');
    shows(stage, none);
    await stage.advance(31_000);
    await says(panel, /Not started[\s\S]*Time is up, so the container was stopped. Your flag still counts/);
  });

  it('looks at once when the time is up', async () => {
    const end = stage.now + 40_000;
    shows(stage, (now) => running(now, { expiresAt: end, retryAfterSeconds: 300 }));
    const panel = await openChallenge(await stage.page('core.html'));
    await says(panel, /Stops in 0:40/);
    shows(stage, none);
    await stage.advance(41_000);
    await says(panel, /Not started[\s\S]*Time is up/);
  });

  it('looks soon after a correct flag, since that may release the container', async () => {
    shows(stage, (now) => running(now));
    const page = await stage.page('core.html');
    const panel = await openChallenge(page);
    await says(panel, /Running/);
    shows(stage, none);
    await page.locator('#challenge-submit').click();
    await expect
      .poll(() => page.evaluate('typeof CTFd._functions.challenge.displaySubmissionResponse'))
      .toBe('function');
    await expect
      .poll(async () => {
        await stage.advance(500);
        return stage.service.count('GET containers/1');
      })
      .toBe(2);
    await says(panel, /because the challenge was solved/);
  });
});
