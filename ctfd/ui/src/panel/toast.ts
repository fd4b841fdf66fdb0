import { element, styleSheet } from '../dom.ts';
import { panelTexts as texts } from '../texts.ts';
import panelCss from './panel.css';
import css from './toast.css';

const shown = new Map<string, HTMLElement>();
let corner: ShadowRoot | undefined;

function place(): ShadowRoot {
  if (corner?.host.isConnected) return corner;
  const host = element('div', { role: 'status' });
  corner = host.attachShadow({ mode: 'open' });
  corner.adoptedStyleSheets = [styleSheet(panelCss + css)];
  document.body.append(host);
  return corner;
}

export function clearToast(key: string): void {
  shown.get(key)?.remove();
  shown.delete(key);
}

/** A short message in the corner of the page, whatever else is open on it. One for each key: the newest. */
export function showToast(key: string, text: string, renew: (() => void) | undefined): void {
  clearToast(key);
  const button = (label: string, press?: () => void): HTMLElement => {
    const click = (): void => {
      clearToast(key);
      press?.();
    };
    return element('button', { type: 'button', click }, label);
  };
  const toast = element(
    'div',
    {},
    element('p', {}, text),
    renew && button(texts.addTime, renew),
    button(texts.dismiss),
  );
  shown.set(key, toast);
  place().append(toast);
}
