import type { DemoChallenge } from './challenges.ts';

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function text(value: string): string {
  return value.replace(/[&<>"']/g, (character) => escapes[character] ?? character);
}

function page(title: string, body: string, script: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${text(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/demo.css">
<link rel="stylesheet" href="/assets/berth.css">
</head>
<body>
${body}
<script src="/demo.js"></script>
<script src="${script}"></script>
</body>
</html>
`;
}

function card(challenge: DemoChallenge): string {
  const id = text(challenge.id);
  return `<article class="card" aria-labelledby="name-${id}">
<h2 id="name-${id}">${text(challenge.name)}</h2>
<p>${text(challenge.text)}</p>
<berth-panel data-challenge-id="${id}"></berth-panel>
<form class="flag" data-challenge="${id}">
<label for="flag-${id}">Flag</label>
<input id="flag-${id}" name="flag" autocomplete="off" spellcheck="false" placeholder="flag{…}">
<button>Submit</button>
<output for="flag-${id}"></output>
</form>
</article>`;
}

/** The challenge board, with Berth's own panel in each card. */
export function boardPage(
  challenges: readonly DemoChallenge[],
  player: { readonly uid: string; readonly name: string },
): string {
  const other = player.uid === '1' ? '2' : '1';
  const body = `<header>
<h1>Berth demo</h1>
<p>This page plays CTFd’s part. You are <strong>${text(player.name)}</strong>.
<button type="button" class="link" data-player="${other}">Be player ${other}</button> · <a href="/admin">Organiser’s page</a></p>
</header>
<main class="board">
${challenges.map(card).join('\n')}
</main>`;
  return page('Berth demo', body, '/assets/view.js');
}

/** The organiser's page, as CTFd's admin area shows it. */
export function adminPage(): string {
  const body = `<header>
<h1>Berth demo: organiser</h1>
<p><a href="/">Back to the challenges</a></p>
</header>
<main><berth-admin></berth-admin></main>`;
  return page('Berth demo: organiser', body, '/assets/admin.js');
}
