import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { axeFindings } from '../support/axe.ts';
import { failed, none, provisioning, queued, running } from '../support/containers.ts';
import { eventually } from '../support/eventually.ts';
import { problem } from '../support/scripted-service.ts';
import { type Stage, says, shows } from '../support/stage.ts';
import { useStage } from '../support/use-stage.ts';

let stage: Stage;
useStage((opened) => {
  stage = opened;
  stage.service.on('GET', 'manage/images', { status: 200, body: { images } });
  stage.service.on('GET', 'manage/status', { status: 200, body: status('aci') });
});

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const images = [
  { reference: 'registry.test/blog:1', digest: digest('a'), updatedAt: '2026-11-20T10:00:00Z' },
  { reference: 'registry.test/blog:2', digest: digest('b'), updatedAt: '2026-11-22T10:00:00Z' },
  { reference: 'registry.test/vault:1' },
];
const status = (backend: string) => ({
  event: 'test',
  backend,
  containers: {},
  targets: [],
  topOwners: [],
  costPerHour: 0,
  prices: { cpuHour: 0.0405, gbHour: 0.00445 },
  problems: [],
});

/** In the form's own face; the page's plain inputs below it have labels too. */
function labelled(page: Page, label: string): Locator {
  return page.locator('.form').getByLabel(label, { exact: true });
}

async function send(page: Page): Promise<unknown> {
  await page.getByRole('button', { name: 'Update' }).click();
  return page.evaluate('window.sent.at(-1)');
}

/** What the page sends when nothing has been touched. */
const untouched = {
  name: 'Blog',
  type: 'container',
  berth_image: 'registry.test/blog:1',
  berth_digest: '',
  berth_ports: '[{"label": "Website", "port": 80, "protocol": "http"}]',
  berth_size: 'small',
  berth_cpu: '',
  berth_memory_gb: '',
  berth_command: '',
  berth_environment: 'MODE=event',
  berth_secret_environment: '',
  berth_probe_path: '',
  berth_probe_port: '',
  berth_probe_status: '',
  berth_lifetime_minutes: '60',
  berth_renewals: '',
  berth_release_on_solve: 'now',
  berth_capabilities: '',
  berth_read_only_root: false,
};

describe('the challenge form', () => {
  it('sends what was saved when nothing is touched, and nothing that has no name', async () => {
    const page = await stage.page('admin-form.html');
    await page.getByText('3 images to choose from').waitFor();
    expect(await send(page)).toEqual(untouched);
    expect(stage.site.tokenCalls.map(({ path }) => path)).toEqual(['/plugins/berth/api/token/admin']);
  });

  it('sends every field that is changed', async () => {
    const page = await stage.page('admin-form.html');
    const values: readonly [string, string, string][] = [
      ['Command', 'python app.py --port 80', 'berth_command'],
      ['Environment', 'A=1\nB=2', 'berth_environment'],
      ['Secret environment', 'FLAG=x', 'berth_secret_environment'],
      ['Path to ask for', '/health', 'berth_probe_path'],
      ['On port', '80', 'berth_probe_port'],
      ['Expected status', '204', 'berth_probe_status'],
      ['Lifetime in minutes', '', 'berth_lifetime_minutes'],
      ['Times that may be added', '3', 'berth_renewals'],
    ];
    for (const [label, value] of values) await labelled(page, label).fill(value);
    await labelled(page, 'When it is solved').selectOption('after');
    await labelled(page, 'After seconds').fill('90');
    await page.getByText('Rights inside').click();
    await labelled(page, 'KILL').check();
    await labelled(page, 'CHOWN').check();
    await labelled(page, 'KILL').uncheck();
    await labelled(page, 'Read-only root file system').check();
    expect(await send(page)).toEqual({
      ...untouched,
      ...Object.fromEntries(values.map(([, value, name]) => [name, value])),
      berth_release_on_solve: 'after:90',
      berth_capabilities: 'CHOWN',
      berth_read_only_root: true,
    });
  });

  it('searches the list of images by words, and takes one with the keyboard', async () => {
    const page = await stage.page('admin-form.html');
    await page.getByText('3 images to choose from').waitFor();
    const image = page.getByRole('combobox', { name: 'Image' });
    const options = page.getByRole('listbox', { name: 'Images' }).getByRole('option');
    await image.click();
    expect(await options.count()).toBe(3);
    await image.fill('registry 2');
    expect(await options.allTextContents()).toEqual(['registry.test/blog:2 sha256:bbbbbbbbbbbb · 2026-11-22']);
    await page.keyboard.press('ArrowDown');
    expect(await image.getAttribute('aria-activedescendant')).toBe('image-0');
    await page.keyboard.press('Enter');
    expect(await options.count()).toBe(0);
    expect(await send(page)).toMatchObject({ berth_image: 'registry.test/blog:2' });
    await image.click();
    await options.nth(2).click();
    expect(await send(page)).toMatchObject({ berth_image: 'registry.test/vault:1' });
  });

  it('pins an image to its digest, says when the tag has moved, and lets go of it', async () => {
    const page = await stage.page('admin-form.html');
    await page.getByRole('button', { name: 'Pin to this digest' }).click();
    await page.getByText('Pinned to sha256:aaaaaaaaaaaa').waitFor();
    expect(await send(page)).toMatchObject({ berth_digest: digest('a') });
    await page.reload();
    await page.evaluate(`document.querySelector('[name=berth_digest]').value = '${digest('c')}'`);
    await page.evaluate(`const old = document.querySelector('berth-form'); const again = document.createElement('berth-form');
      again.dataset.challengeId = '1'; again.append(...old.childNodes); old.replaceWith(again)`);
    await page.getByText('The tag means sha256:aaaaaaaaaaaa by now').waitFor();
    await page.getByRole('button', { name: 'Pin to the new one' }).click();
    expect(await send(page)).toMatchObject({ berth_digest: digest('a') });
    await page.getByRole('button', { name: 'Unpin' }).click();
    expect(await send(page)).toMatchObject({ berth_digest: '' });
  });

  it('lets go of a digest when another image is written', async () => {
    const page = await stage.page('admin-form.html');
    await page.getByRole('button', { name: 'Pin to this digest' }).click();
    await page.getByRole('combobox', { name: 'Image' }).fill('other.test/x:1');
    expect(await send(page)).toMatchObject({ berth_digest: '', berth_image: 'other.test/x:1' });
  });

  it('keeps the saved image and says why when the list cannot be had', async () => {
    stage.service.on('GET', 'manage/images', problem(503, 'backend_unavailable', 'The registry does not answer.'));
    const page = await stage.page('admin-form.html');
    await page.getByText('cannot be had: The registry does not answer.').waitFor();
    expect(await send(page)).toEqual(untouched);
    stage.service.on('GET', 'manage/images', {
      status: 200,
      body: { images: images.slice(1), incomplete: 'One is gone.' },
    });
    await page.getByRole('button', { name: 'Try again' }).click();
    await page
      .getByText('2 images to choose from. The list is not whole: One is gone. This image is not in the list now')
      .waitFor();
    expect(await send(page)).toEqual(untouched);
  });

  for (const condition of ['down', 'no cors', 'proxy error'] as const) {
    it(`saves all the same when the service is ${condition}`, async () => {
      stage.service.condition = condition;
      const page = await stage.page('admin-form.html');
      await page.getByText('The list of images cannot be had').waitFor();
      await labelled(page, 'Command').fill('run');
      expect(await send(page)).toEqual({ ...untouched, berth_command: 'run' });
    });
  }

  it('adds, changes and removes ports, and says what the service would refuse', async () => {
    const page = await stage.page('admin-form.html');
    await page.getByRole('button', { name: 'Add a port' }).click();
    await page.getByText('A port is a whole number from 1 to 65535.').waitFor();
    await labelled(page, 'Label').nth(1).fill('Shell');
    await labelled(page, 'Port').nth(1).fill('80');
    await labelled(page, 'Protocol').nth(1).selectOption('ssh');
    await page.getByText('Port 80 is listed twice.').waitFor();
    await labelled(page, 'Port').nth(1).fill('22');
    expect(await labelled(page, 'How to connect').nth(1).getAttribute('placeholder')).toBe('ssh -p {port} ctf@{host}');
    await labelled(page, 'How to connect').nth(1).fill('ssh -p {port} root@{host}');
    const shell = { label: 'Shell', port: 22, protocol: 'ssh', template: 'ssh -p {port} root@{host}' };
    const web = { label: 'Website', port: 80, protocol: 'http' };
    expect(await send(page)).toMatchObject({ berth_ports: JSON.stringify([web, shell]) });
    await page.getByRole('button', { name: 'Remove port Website' }).click();
    expect(await send(page)).toMatchObject({ berth_ports: JSON.stringify([shell]) });
    for (let count = 1; count < 5; count += 1) await page.getByRole('button', { name: 'Add a port' }).click();
    expect(await page.getByRole('button', { name: 'Add a port' }).isVisible()).toBe(false);
  });

  it('lets CTFd say what is wrong with a number, rather than keep the form from being sent', async () => {
    const page = await stage.page('admin-form.html');
    await labelled(page, 'Size').selectOption('custom');
    await labelled(page, 'vCPU').fill('0.333');
    await labelled(page, 'Lifetime in minutes').fill('an hour');
    expect(await send(page)).toMatchObject({ berth_cpu: '0.333', berth_lifetime_minutes: 'an hour' });
  });

  it('never writes over a list of ports that it cannot read', async () => {
    const odd = '[{"port": "eighty"}]';
    const page = await stage.page(`admin-form.html?ports=${encodeURIComponent(odd)}`);
    expect(await labelled(page, 'Ports').inputValue()).toBe(odd);
    expect(await send(page)).toMatchObject({ berth_ports: odd });
  });

  it('says what a size costs by the hour', async () => {
    const page = await stage.page('admin-form.html');
    await page.getByText('About $0.047 an hour').waitFor();
    await labelled(page, 'Size').selectOption('large');
    await page.getByText('About $0.23 an hour').waitFor();
    expect(await labelled(page, 'vCPU').isVisible()).toBe(false);
    await labelled(page, 'Size').selectOption('custom');
    await labelled(page, 'vCPU').fill('0.5');
    await labelled(page, 'Memory in GB').fill('1');
    await page.getByText('About $0.025 an hour').waitFor();
    expect(await send(page)).toMatchObject({ berth_size: 'custom', berth_cpu: '0.5', berth_memory_gb: '1' });
  });

  it('says that one’s own engine costs nothing by the hour', async () => {
    stage.service.on('GET', 'manage/status', { status: 200, body: status('docker') });
    const page = await stage.page('admin-form.html');
    await page.getByText('no cost by the hour').waitFor();
  });

  it('has no test before it is saved', async () => {
    const page = await stage.page('admin-form.html?new');
    await page.getByText('Save the new challenge first').waitFor();
    expect(await page.getByRole('button', { name: 'Test it now' }).count()).toBe(0);
  });

  it('tests the challenge: time to ready, where to connect, the log', async () => {
    const page = await stage.page('admin-form.html');
    shows(stage, none);
    stage.service.on('POST', 'containers', () => ({ status: 202, body: queued(stage.now, { place: 0 }) }));
    stage.service.on('GET', 'manage/containers/users%3A7/1/logs', {
      status: 200,
      body: { log: 'listening on 80\n<b>' },
    });
    expect(stage.service.count('GET containers/1')).toBe(0);
    await page.getByRole('button', { name: 'Test it now' }).click();
    await page.getByText('Yours is the next to start').waitFor();
    shows(stage, provisioning);
    await stage.advance(10_500);
    await page.getByText(/^1\d s since it was asked for/).waitFor();
    shows(stage, (now) => running(now));
    await stage.advance(2_000);
    await page.getByText(/^Ready after 12\.\d s/).waitFor();
    await page.getByRole('link', { name: 'http://web.test:8080' }).waitFor();
    await says(labelled(page, 'Log'), /listening on 80\s+<b>/);
    stage.service.on('DELETE', 'containers/1', () => ({ status: 200, body: none(stage.now) }));
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Your container is stopped.', { exact: true }).waitFor();
  });

  it('tests the challenge: why it failed', async () => {
    const page = await stage.page('admin-form.html');
    shows(stage, (now) => failed(now));
    stage.service.on('POST', 'containers', () => ({ status: 202, body: queued(stage.now) }));
    const gone = problem(404, 'container_not_found', 'There is no container that has a log.');
    stage.service.on('GET', 'manage/containers/*', gone);
    await page.getByRole('button', { name: 'Test it now' }).click();
    await stage.advance(11_000);
    await page.getByText('did not become ready in time').waitFor();
    await says(labelled(page, 'Log'), /no container that has a log/);
  });

  it('says that a test runs what was saved', async () => {
    const page = await stage.page('admin-form.html');
    const unsaved = page.getByText('There are changes that are not saved');
    expect(await unsaved.isVisible()).toBe(false);
    await labelled(page, 'Command').fill('run');
    await unsaved.waitFor();
    await send(page);
    await eventually(
      () => unsaved.isVisible(),
      (seen) => !seen,
      'no more unsaved changes',
    );
  });

  for (const page of ['admin-form.html', 'admin-form.html?dark']) {
    it(`has no fault that axe knows on ${page}`, async () => {
      const opened = await stage.page(page);
      await opened.getByText('3 images to choose from').waitFor();
      await opened.getByText('Rights inside').click();
      await labelled(opened, 'Size').selectOption('custom');
      await opened.getByRole('button', { name: 'Add a port' }).click();
      await labelled(opened, 'Command').fill('x');
      expect(await axeFindings(opened, 'berth-form')).toEqual([]);
      expect(await opened.locator('berth-form').getAttribute('data-scheme')).toBe(
        page.includes('dark') ? 'dark' : 'light',
      );
    });
  }
});
