export type Scheme = 'light' | 'dark';

/** Of a colour as computed styles give it; 0 is black, 1 white. */
export function brightness(color: string): number {
  const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map(Number);
  return (0.3 * red + 0.6 * green + 0.1 * blue) / (color.startsWith('rgb') ? 255 : 1);
}

/**
 * Themes say that they are dark in many ways: by `data-bs-theme`, by the system's setting, by a stylesheet of their
 * own. The colour of the page's text tells in all of them, and a light page on a dark system stays light.
 */
export function schemeOf(place: Element): Scheme {
  return brightness(getComputedStyle(place).color) > 0.5 ? 'dark' : 'light';
}
