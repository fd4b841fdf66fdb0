let before = '';
let own = '';

/** Leaves the title alone when the page has given itself another meanwhile. */
export function clearTitle(): void {
  if (own && document.title === own) document.title = before;
  own = '';
}

/** A word in front of the tab's title, until somebody does something in the tab. */
export function flagTitle(word: string): void {
  clearTitle();
  before = document.title;
  own = `${word} · ${before}`;
  document.title = own;
  for (const name of ['focus', 'pointermove', 'keydown']) window.addEventListener(name, clearTitle, { once: true });
}
