/** Lets a change of the DOM happen without the keyboard losing its place: same key again, else the given element. */
export function keepFocus(root: ShadowRoot, otherwise: HTMLElement, change: () => void): void {
  const before = root.activeElement;
  const key = before?.getAttribute('data-key');
  change();
  if (before === null || root.activeElement === before) return;
  const places = [...root.querySelectorAll<HTMLElement>('[data-key]')];
  const same = places.find((place) => place.dataset['key'] === key && place.getClientRects().length > 0);
  (same ?? otherwise).focus({ preventScroll: true });
}
