import { dirname, join, normalize } from 'node:path';
import type { Page } from './markdown.ts';

/** What a page may speak of. */
export interface Known {
  readonly pages: ReadonlyMap<string, Page>;
  /** Whether something is at a path of the repository. */
  exists(path: string): boolean;
  readonly npmScripts: ReadonlySet<string>;
  /** Every name that begins with BERTH_. */
  readonly settings: ReadonlySet<string>;
}

const elsewhere = /^[a-z][a-z0-9+.-]*:/i;

function linkFault(page: Page, link: string, known: Known): string | undefined {
  if (elsewhere.test(link)) return undefined;
  const [file = '', anchor] = link.split('#', 2);
  const target = file === '' ? page.path : normalize(join(dirname(page.path), decodeURIComponent(file)));
  if (!known.exists(target)) return `${link}: there is no ${target}`;
  if (anchor === undefined) return undefined;
  return known.pages.get(target)?.anchors.has(anchor) ? undefined : `${link}: ${target} has no heading #${anchor}`;
}

/** npm's own commands that the pages use. */
const npmItself = new Set(['ci', 'install', 'start', 'test', 'ls', 'view', 'audit']);

function commandFaults(line: string, known: Known): string[] {
  const scripts = [...line.matchAll(/\bnpm (?:run )?(?:--?[a-z]+ )*([a-z][a-z:-]*)/g)].map(([, name = '']) => name);
  const files = [...line.matchAll(/\bnode ((?:local|scripts|test|bench)\/[\w/.-]+)/g)].map(([, file = '']) => file);
  return [
    ...scripts
      .filter((name) => !known.npmScripts.has(name) && !npmItself.has(name))
      .map((name) => `${line.trim()}: package.json has no script ${name}`),
    ...files.filter((file) => !known.exists(file)).map((file) => `${line.trim()}: there is no ${file}`),
  ];
}

/** A code span that is nothing but a path of this repository; one with a wildcard or an ellipsis only points at it. */
const ownPath = /^(src|local|scripts|test|infra|docs|ctfd|docker|bench)\/[\w./-]*\w\/?$/;

function settingFaults(page: Page, known: Known): string[] {
  const names = new Set([...page.text.matchAll(/\bBERTH_[A-Z0-9_]*[A-Z0-9]\b/g)].map(([name]) => name));
  return [...names].filter((name) => !known.settings.has(name)).map((name) => `there is no setting ${name}`);
}

/** A sentence for every link, command, path and setting on a page that is not there. */
export function pageRules(page: Page, known: Known): string[] {
  const faults = [
    ...page.links.map((link) => linkFault(page, link, known)).filter((fault) => fault !== undefined),
    ...page.commands.flatMap((line) => commandFaults(line, known)),
    ...page.codeSpans.filter((code) => ownPath.test(code) && !known.exists(code)).map((code) => `there is no ${code}`),
    ...settingFaults(page, known),
  ];
  return [...new Set(faults)].map((fault) => `${page.path}: ${fault}`);
}
