import { durationText } from '../countdown.ts';
import { element, setText } from '../dom.ts';
import type { Provisioning, Queued } from '../service/container.ts';
import { panelTexts as texts } from '../texts.ts';
import { endpointLines } from './endpoint-lines.ts';
import { type PanelState, serverTime } from './panel-state.ts';

/** A piece of the panel that is built anew when its key changes, and brought up to date in place otherwise. */
export interface Part {
  readonly key: string;
  build(): readonly Node[];
}

interface Progress {
  readonly line: string;
  readonly more: string;
  /** From 0 up to 1; undefined when nothing is known of it. */
  readonly share: number | undefined;
}

function queuedProgress(container: Queued, now: number): Progress {
  const { place, etaSeconds, requestedAt } = container;
  const line = place === undefined ? texts.accepted : texts.ahead(place);
  if (etaSeconds === undefined) return { line, more: '', share: undefined };
  const left = Math.max(1_000, container.serverTime + etaSeconds * 1_000 - now);
  const passed = Math.max(0, now - (requestedAt ?? now));
  return { line, more: texts.readyIn(durationText(left)), share: passed / (passed + left) };
}

function provisioningProgress({ typicalSeconds }: Provisioning, since: number, now: number): Progress {
  const passed = Math.max(0, now - since);
  if (!typicalSeconds) return { line: texts.soFar(durationText(passed)), more: '', share: undefined };
  const typical = typicalSeconds * 1_000;
  const more = (passed > typical * 1.2 ? texts.slow : texts.usually)(durationText(typical));
  return { line: texts.soFar(durationText(passed)), more, share: passed / typical };
}

/** How far a start has come. `now`: this browser's clock, in milliseconds. Undefined when nothing is being started. */
export function progressOf(state: PanelState, now: number): Progress | undefined {
  const { container, provisioningSince = 0 } = state;
  if (container?.state === 'queued') return queuedProgress(container, serverTime(state, now));
  if (container?.state !== 'provisioning') return undefined;
  return provisioningProgress(container, provisioningSince, serverTime(state, now));
}

/** It never looks finished before it is. */
const mostShare = 0.95;

export class ProgressLines {
  readonly nodes: readonly Node[];
  readonly #line = element('p');
  readonly #more = element('p', { class: 'small' });
  readonly #bar = element('progress', { 'aria-label': texts.progress });

  constructor() {
    this.nodes = [this.#line, this.#bar, this.#more];
  }

  show({ line, more, share }: Progress): void {
    setText(this.#line, line);
    setText(this.#more, more);
    if (share === undefined) this.#bar.removeAttribute('value');
    else this.#bar.value = Math.min(mostShare, share);
  }
}

const paragraph = (text: string, small = false): HTMLElement => element('p', { class: small ? 'small' : '' }, text);

/** What stands between the title and the buttons, but for a start's progress. `said` tells a screen reader. */
export function bodyPart({ container, trouble, teammate }: PanelState, said: (outcome: string) => void): Part {
  if (container === undefined)
    return { key: String(trouble), build: () => (trouble ? [] : [paragraph(texts.loading)]) };
  const { state } = container;
  if (state === 'none') return { key: state, build: () => [paragraph(texts.noneAbout)] };
  if (state === 'failed') {
    const { code, message } = container.error;
    return { key: container.id + message, build: () => [paragraph(message), paragraph(texts.code(code), true)] };
  }
  if (state !== 'running') return { key: 'waiting', build: () => [] };
  const { id, endpoints } = container;
  return {
    key: JSON.stringify([id, endpoints, teammate]),
    build: () => [endpointLines(endpoints, said), ...(teammate ? [paragraph(texts.startedBy(teammate), true)] : [])],
  };
}
