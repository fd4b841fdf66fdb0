import { describe, expect, it } from 'vitest';
import { parsePage } from '../../scripts/docs/markdown.ts';
import { pageRules } from '../../scripts/docs/page-rules.ts';

const files = new Set(['docs/page.md', 'docs/other.md', 'scripts/tool.ts', 'src/']);

function faultsOf(text: string): string[] {
  const page = parsePage('docs/page.md', text);
  const other = parsePage('docs/other.md', '# A title\n\n## What `it` does, and why\n\n## Twice\n\n## Twice\n');
  return pageRules(page, {
    pages: new Map([page, other].map((one) => [one.path, one])),
    exists: (path) => files.has(path),
    npmScripts: new Set(['infra:check']),
    settings: new Set(['BERTH_EVENT']),
  });
}

describe('what a page names', () => {
  const good = [
    '[a](other.md) [b](other.md#what-it-does-and-why) [c](other.md#twice-1) [d](https://example.org/x#y)',
    '# Own heading\n\n[here](#own-heading)',
    '`npm run infra:check`, `npm ci` and\n\n```sh\nnpm run --silent infra:check\nnode scripts/tool.ts --x\n```',
    '`src/` is there, `BERTH_EVENT` too, and `[text](nowhere.md)` is only code',
    '```bicep\nnpm run nothing\n```',
  ];
  it.each(good)('is fine: %s', (text) => {
    expect(faultsOf(text)).toEqual([]);
  });

  const bad = [
    ['[a](gone.md)', /there is no docs\/gone.md/],
    ['[a](other.md#nothing)', /has no heading #nothing/],
    ['[a](other.md#twice-2)', /has no heading #twice-2/],
    ['[a](#nothing)', /docs\/page.md has no heading #nothing/],
    ['`npm run infra:chek`', /no script infra:chek/],
    ['```sh\nnpm run nothing\n```', /no script nothing/],
    ['```\nnode scripts/gone.ts\n```', /there is no scripts\/gone.ts/],
    ['see `src/gone.ts`', /there is no src\/gone.ts/],
    ['set BERTH_EVNT', /there is no setting BERTH_EVNT/],
  ] as const;
  it.each(bad)('is seen when it is not there: %s', (text, fault) => {
    expect(faultsOf(text)).toEqual([expect.stringMatching(fault)]);
  });
});
