import { panelTexts as texts } from '../texts.ts';
import type { Action, Intent, Notice } from './notice.ts';
import { leftOf, type PanelState } from './panel-state.ts';

export interface Button {
  /** Stays the same through changes of the label, so that the focus stays too. */
  readonly key: string;
  readonly label: string;
  readonly look: 'main' | 'plain' | 'danger';
  readonly off: boolean;
  readonly intent: Intent;
}

/** With its word while it works, and the seconds until it may be pressed again. */
function button(
  state: PanelState,
  now: number,
  action: Action,
  label: string,
  look: Button['look'] = 'plain',
  off = false,
): Button {
  const { busy, held } = state;
  const holds = held?.action === action;
  const shown = holds ? texts.holding(label, Math.max(1, Math.ceil((held.until - now) / 1_000))) : label;
  return {
    key: action,
    label: busy === action ? texts.busy[action] : shown,
    look,
    off: off || holds || busy !== undefined,
    intent: { do: action },
  };
}

/** What may be pressed now. `now`: this browser's clock, in milliseconds. */
export function buttonsOf(state: PanelState, now: number): readonly Button[] {
  const { container, asking } = state;
  if (container === undefined) return [];
  if (asking) {
    return [
      { key: 'keep', label: texts.no, look: 'plain', off: false, intent: { do: 'keep' } },
      { key: 'yes', label: texts.yes[asking], look: 'danger', off: false, intent: { do: asking } },
    ];
  }
  if (container.state === 'none') return [button(state, now, 'start', texts.start, 'main')];
  if (container.state === 'failed') return [button(state, now, 'start', texts.startAgain, 'main')];
  if (container.state !== 'running') return [button(state, now, 'stop', texts.cancel)];
  const { renewalsLeft, expiresAt } = container;
  const renew = button(
    state,
    now,
    'renew',
    texts.renew(renewalsLeft),
    'plain',
    renewalsLeft <= 0 || leftOf(state, now) <= 0,
  );
  return [
    ...(expiresAt === undefined ? [] : [renew]),
    button(state, now, 'check', texts.check),
    button(state, now, 'reset', texts.reset),
    button(state, now, 'stop', texts.stop, 'danger'),
  ];
}

function wayLabel(intent: Intent, own: string): string {
  if (intent.do === 'swap') return texts.swap(intent.name, own);
  const words: Readonly<Record<string, string>> = texts.ways;
  return words[intent.do] ?? texts.retry;
}

/** The ways out of a notice. `own`: the name of this challenge. */
export function wayButtons(notice: Notice, own: string, busy: boolean): readonly Button[] {
  return notice.ways.map((intent) => ({
    key: JSON.stringify(intent),
    label: wayLabel(intent, own),
    look: 'plain',
    off: busy,
    intent,
  }));
}
