/** A page, taken apart as far as a check needs it. */
export interface Page {
  readonly path: string;
  /** Anchors of its headings, as GitHub makes them. */
  readonly anchors: ReadonlySet<string>;
  readonly links: readonly string[];
  /** Code spans, and the lines of code blocks that are meant for a shell. */
  readonly commands: readonly string[];
  readonly codeSpans: readonly string[];
  readonly text: string;
}

function anchorOf(heading: string): string {
  return heading
    .replaceAll(/[`*]|\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}

/** A second heading of the same words gets -1, and so on. */
function anchorsOf(prose: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of prose.matchAll(/^#{1,6} +(.*)$/gm)) {
    const anchor = anchorOf(heading);
    let unique = anchor;
    for (let count = 1; anchors.has(unique); count += 1) unique = `${anchor}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}

const fence = /^ *(```+|~~~+)([^\n]*)\n([\s\S]*?)^ *\1 *$/gm;

function blocksOf(text: string): string[] {
  return [...text.matchAll(fence)]
    .filter(([, , language = '']) => /^\s*(sh|bash|console|shell)?\s*$/.test(language))
    .flatMap(([, , , body = '']) => body.split('\n'));
}

export function parsePage(path: string, text: string): Page {
  const prose = text.replaceAll(fence, '');
  const withoutSpans = prose.replaceAll(/`[^`\n]*`/g, '');
  const codeSpans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  return {
    path,
    anchors: anchorsOf(prose),
    links: [...withoutSpans.matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g)].map(([, target = '']) => target),
    commands: [...codeSpans, ...blocksOf(text)],
    codeSpans,
    text,
  };
}
