import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { failed, none, provisioning, queued, running } from './support/containers.ts';
import { problem } from './support/scripted-service.ts';
import { openChallenge, openTheatre, Stage, says, shows, type Theatre } from './support/stage.ts';

/**
 * Takes the pictures of docs/images: `npx node test/ui/pictures.ts [folder]`. With a folder of its own it takes every
 * state in every dress there instead, to look at.
 */
const [folder = join(import.meta.dirname, '..', '..', 'docs', 'images')] = process.argv.slice(2);
const everything = process.argv.length > 2;

interface Dress {
  readonly scheme: 'light' | 'dark';
  readonly width: number;
}

const dresses: readonly Dress[] = [
  { scheme: 'light', width: 1280 },
  { scheme: 'dark', width: 1280 },
  { scheme: 'light', width: 390 },
  { scheme: 'dark', width: 390 },
];

type Scene = (stage: Stage, page: Page) => Promise<void>;

const alice = { id: '8', name: 'Alice' };
const still = (container: (now: number) => object, words: RegExp): Scene => {
  return async (stage, page) => {
    shows(stage, container);
    await says(await openChallenge(page), words);
  };
};

const panelScenes: Readonly<Record<string, Scene>> = {
  'panel-none': still(none, /Not started/),
  'panel-queued': still((now) => queued(now, { requestedAt: now - 40_000 }), /Waiting/),
  'panel-starting': still(provisioning, /Starting/),
  'panel-running': still((now) => running(now, { startedBy: alice }), /Running/),
  'panel-ending': still((now) => running(now, { expiresAt: now + 45_000, renewalsLeft: 0 }), /Running/),
  'panel-failed': still(failed, /Not running/),
  'panel-question': async (stage, page) => {
    shows(stage, (now) => running(now, { startedBy: alice }));
    await (await openChallenge(page)).getByRole('button', { name: 'Reset' }).click();
  },
  'panel-over-quota': async (stage, page) => {
    shows(stage, none);
    const occupants = [
      { challengeId: '2', challengeName: 'Blog' },
      { challengeId: '3', challengeName: 'Vault' },
    ];
    const title = 'You may have 2 containers at once. Stop one of them first.';
    stage.service.on('POST', 'containers', problem(409, 'over_quota', title, { running: occupants }));
    const panel = await openChallenge(page);
    await panel.getByRole('button', { name: 'Start container' }).click();
    await panel.getByRole('button', { name: /Blog/ }).waitFor();
  },
  'panel-down': async (stage, page) => {
    shows(stage, (now) => running(now));
    const panel = await openChallenge(page);
    await says(panel, /Running/);
    stage.service.condition = 'down';
    await stage.advance(30_500);
    await says(panel, /cannot be reached/);
  },
  'panel-toast': async (stage, page) => {
    const end = stage.now + 310_000;
    shows(stage, (now) => running(now, { expiresAt: end }));
    await says(await openChallenge(page), /Running/);
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    await stage.advance(15_000);
    await page.getByText('stops in less than 5 minutes').waitFor();
  },
};

async function take(theatre: Theatre, name: string, scene: Scene, { scheme, width }: Dress): Promise<void> {
  const stage = await Stage.open(theatre, {
    viewport: { width, height: width > 500 ? 640 : 760 },
    colorScheme: scheme,
  });
  const page = await stage.page('core.html');
  await page.evaluate(`document.documentElement.dataset.bsTheme = '${scheme}'`);
  await scene(stage, page);
  await writeFile(join(folder, `${name}-${scheme}-${width}.png`), await page.screenshot());
  await stage.close();
}

await mkdir(folder, { recursive: true });
const theatre = await openTheatre();
for (const [name, scene] of Object.entries(panelScenes)) {
  for (const dress of everything ? dresses : []) await take(theatre, name, scene, dress);
}
await theatre.close();
