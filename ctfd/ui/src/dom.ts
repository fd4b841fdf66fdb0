type Attribute = string | boolean | undefined | ((event: Event) => void);
export type Child = Node | string | undefined | false;

/**
 * An element. A function becomes a listener of that event, `true` an attribute without a value, and `false` or
 * undefined none. Strings among the children become text and never markup.
 */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, Attribute>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(key, value);
    else if (typeof value === 'string') made.setAttribute(key, value);
    else if (value) made.setAttribute(key, '');
  }
  made.append(...children.filter((child) => child !== undefined && child !== false));
  return made;
}

/** Writes only what differs, so that a selection in the text and a screen reader are left in peace. */
export function setText(place: Element, text: string): void {
  if (place.textContent !== text) place.textContent = text;
}

/** A stylesheet for a shadow root. Constructed, so that it also works where a policy forbids inline styles. */
export function styleSheet(css: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  return sheet;
}
