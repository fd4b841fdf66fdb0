import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { failed, none, provisioning, queued, running } from './support/containers.ts';
import { playEvent, status } from './support/event.ts';
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

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

/** The form with a list of images, in the middle of a choice. */
const form: Scene = async (stage, page) => {
  const images = ['blog:1', 'blog:2', 'maze:7', 'vault:3'].map((name, place) => {
    return {
      reference: `registry.test/${name}`,
      digest: digest('abcd'[place] ?? 'e'),
      updatedAt: '2026-11-20T10:00:00Z',
    };
  });
  stage.service.on('GET', 'manage/images', { status: 200, body: { images } });
  const prices = { cpuHour: 0.0405, gbHour: 0.00445 };
  stage.service.on('GET', 'manage/status', { status: 200, body: status(stage.now, { prices }) });
  await page.reload();
  await page.getByRole('button', { name: 'Pin to this digest' }).click();
};

const organiser: Scene = async (stage, page) => {
  playEvent(stage.service, () => stage.now, 7);
  await page.reload();
  await page.getByRole('button', { name: 'Stop these 7…' }).waitFor();
};

interface Picture {
  readonly page: string;
  /** What is cut out of the page; undefined for the whole. */
  readonly part: string | undefined;
  readonly scene: Scene;
}

const pictures: readonly (readonly [string, Picture])[] = [
  ...Object.entries(panelScenes).map(([name, scene]): [string, Picture] => [
    name,
    { page: 'core.html', part: name === 'panel-toast' ? undefined : 'berth-panel .panel', scene },
  ]),
  ['form', { page: 'admin-form.html', part: 'berth-form', scene: form }],
  ['organiser', { page: 'admin.html', part: 'main', scene: organiser }],
];

/** What a reader of the docs sees; the rest is only for looking at. */
const kept = [
  'panel-queued-light-1280',
  'panel-running-light-1280',
  'panel-over-quota-dark-1280',
  'panel-running-dark-390',
  'form-light-1280',
  'organiser-light-1280',
];

async function take(theatre: Theatre, { page: path, part, scene }: Picture, { scheme, width }: Dress): Promise<Buffer> {
  const height = width > 500 ? 640 : 760;
  const stage = await Stage.open(theatre, { viewport: { width, height }, colorScheme: scheme });
  const page = await stage.page(`${path}${scheme === 'dark' ? '?dark' : ''}`);
  await page.evaluate(`document.documentElement.dataset.bsTheme = '${scheme}'`);
  await scene(stage, page);
  await stage.advance(1_100);
  const picture = await (part === undefined ? page : page.locator(part)).screenshot();
  await stage.close();
  return picture;
}

await mkdir(folder, { recursive: true });
const theatre = await openTheatre();
for (const [name, picture] of pictures) {
  for (const dress of dresses) {
    const full = `${name}-${dress.scheme}-${dress.width}`;
    if (!everything && !kept.includes(full)) continue;
    await writeFile(join(folder, `${full}.png`), await take(theatre, picture, dress));
  }
}
await theatre.close();
