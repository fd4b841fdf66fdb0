/** An action that a notice or a row of buttons may offer; `swap` needs to know with what. */
export type Action = 'start' | 'renew' | 'reset' | 'stop' | 'check';

/** What a press of a button in the panel means. */
export type Intent =
  | { readonly do: Action | 'keep' | 'dismiss' | 'look' }
  | { readonly do: 'reload' }
  | { readonly do: 'swap'; readonly challengeId: string; readonly name: string };

/** An action that may be tried again in so many seconds, and what becomes of the notice then. */
export interface Hold {
  readonly action: Action;
  readonly seconds: number;
  readonly then: 'clear' | 'keep' | 'repeat';
}

/** One sentence for the player, and the ways out. */
export interface Notice {
  readonly tone: 'info' | 'good' | 'warning' | 'error';
  readonly text: string;
  /** For whoever is asked for help. */
  readonly code?: string | undefined;
  readonly ways: readonly Intent[];
  readonly hold?: Hold | undefined;
}

export function note(tone: Notice['tone'], text: string, ...ways: readonly Intent[]): Notice {
  return { tone, text, ways };
}
