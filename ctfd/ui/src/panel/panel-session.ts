import type { Clock } from '../clock.ts';
import { type Look, Poller } from '../poller.ts';
import type { Container } from '../service/container.ts';
import type { ContainerApi } from '../service/container-api.ts';
import { type Answer, codeOf, type Trouble } from '../service/trouble.ts';
import { panelTexts as texts } from '../texts.ts';
import { type Action, type Intent, type Notice, note } from './notice.ts';
import { noticeOfChange } from './notice-of-change.ts';
import { noticeOfTrouble } from './notice-of-trouble.ts';
import { leftOf, type PanelState } from './panel-state.ts';

export interface PanelSessionParts {
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** With a token of this challenge. */
  readonly api: ContainerApi;
  /** Another challenge's container, with a token of the owner. */
  readonly other: (challengeId: string) => ContainerApi;
  readonly isMe: (userId: string) => boolean;
  /** The state is another one now. */
  readonly changed: () => void;
  /** A container that was being awaited runs. */
  readonly ready: () => void;
  /** This panel has done something that other tabs would want to see. */
  readonly acted: () => void;
}

/** How often a start is tried by itself while earlier containers are being removed. */
const mostRepeats = 12;

function isAwaited(container: Container | undefined): boolean {
  return container?.state === 'queued' || container?.state === 'provisioning';
}

function isSame(a: Container | undefined, b: Container): boolean {
  if (a === undefined) return true;
  if (a.state === 'none' || b.state === 'none') return a.state === b.state;
  return a.id === b.id && (a.state === b.state || (isAwaited(a) && isAwaited(b)));
}

/** The service says when it expects to be ready and how long that takes: the rest follows. */
function sinceOf({ container, provisioningSince }: PanelState, now: Container): number | undefined {
  if (now.state !== 'provisioning') return undefined;
  if (container?.state === 'provisioning' && container.id === now.id) return provisioningSince;
  const { etaSeconds, typicalSeconds, requestedAt, serverTime } = now;
  if (!etaSeconds || !typicalSeconds) return requestedAt ?? serverTime;
  return serverTime - Math.max(0, typicalSeconds - etaSeconds) * 1_000;
}

/** An action whose outcome is unknown, or that met another state than the one shown. */
function wantsLook(trouble: Trouble): boolean {
  return !/^(over_quota|rate_limited|cleaning_up|paused)$/.test(codeOf(trouble) ?? '') && trouble.kind !== 'refused';
}

/** One challenge's container as the panel lives with it: looks, actions, and what to say of both. No DOM. */
export class PanelSession {
  readonly #parts: PanelSessionParts;
  readonly #poller: Poller;
  #state: PanelState = { ahead: 0 };
  /** Raised at both ends of every action: a look that began before brings nothing any more. */
  #round = 0;
  #repeats = 0;
  #lookedForEnd: number | undefined;

  constructor(parts: PanelSessionParts) {
    this.#parts = parts;
    this.#poller = new Poller({
      clock: parts.clock,
      random: parts.random,
      look: () => this.#look(),
      planned: parts.changed,
    });
  }

  get state(): PanelState {
    return this.#state;
  }

  /** When the next look is due; undefined when none is. */
  get nextLookAt(): number | undefined {
    return this.#poller.nextAt;
  }

  /** Only an open panel in a visible tab asks anything. */
  setActive(active: boolean): void {
    this.#poller.setActive(active);
  }

  look(): void {
    this.#poller.now();
  }

  /** Once a second while active: what time alone brings about. */
  tick(): void {
    const { held, container } = this.#state;
    const now = this.#parts.clock.now();
    if (held && now >= held.until) this.#endHold();
    if (container?.state !== 'running' || leftOf(this.#state, now) > 0 || this.#lookedForEnd === container.expiresAt)
      return;
    this.#lookedForEnd = container.expiresAt;
    this.look();
  }

  /** Carries out what a button means. A page is reloaded by whoever has one. */
  press(intent: Exclude<Intent, { readonly do: 'reload' }>): void {
    const verb = intent.do;
    if (verb !== 'look') this.#repeats = 0;
    if (verb === 'look') this.look();
    else if (verb === 'keep') this.#set({ asking: undefined });
    else if (verb === 'dismiss') this.#set({ notice: undefined });
    else if (verb === 'swap') void this.#act('start', () => this.#swap(intent.challengeId));
    else if ((verb !== 'reset' && verb !== 'stop') || !this.#asksFirst(verb)) this.#do(verb);
  }

  #do(action: Action): void {
    const { api } = this.#parts;
    if (action === 'start') void this.#act(action, () => api.start());
    else if (action === 'check') void this.#act(action, () => this.#check());
    else if (action === 'stop') void this.#act(action, () => api.stop(), note('info', texts.stopped));
    else void this.#act(action, () => api.change(action), action === 'renew' ? note('good', texts.renewed) : undefined);
  }

  #set(change: Partial<PanelState>): void {
    this.#state = { ...this.#state, ...change };
    this.#parts.changed();
  }

  async #look(): Promise<Look> {
    const round = this.#round;
    const answer = await this.#parts.api.read();
    if (round !== this.#round) return { answered: true, retryAfterSeconds: 1 };
    if (answer.ok) {
      this.#hear(answer.value, this.#state.busy !== undefined);
      return { answered: true, retryAfterSeconds: answer.value.retryAfterSeconds };
    }
    const { trouble } = answer;
    this.#set({ trouble: noticeOfTrouble(trouble) });
    return { answered: false, retryAfterSeconds: 'code' in trouble ? trouble.retryAfterSeconds : undefined };
  }

  /** `own`: what is new in it is this panel's own doing. */
  #hear(now: Container, own: boolean, said?: Notice): void {
    const { container: before, notice, asking } = this.#state;
    const same = isSame(before, now);
    const ready = isAwaited(before) && now.state === 'running';
    const starter = now.state === 'none' ? undefined : now.startedBy;
    const teammate = starter && !this.#parts.isMe(starter.id) ? starter.name : undefined;
    const change = own ? undefined : noticeOfChange(before, now, teammate);
    this.#set({
      container: now,
      ahead: now.serverTime - this.#parts.clock.now(),
      teammate,
      provisioningSince: sinceOf(this.#state, now),
      asking: same ? asking : undefined,
      notice: said ?? (ready ? note('good', texts.ready) : change) ?? (same ? notice : undefined),
      trouble: undefined,
    });
    if (ready) this.#parts.ready();
  }

  /** True when a teammate started it and has not been asked about yet. */
  #asksFirst(action: 'reset' | 'stop'): boolean {
    const { teammate, asking, container } = this.#state;
    if (!teammate || asking === action || container?.state === 'failed') return false;
    this.#set({ asking: action, notice: undefined });
    return true;
  }

  async #swap(other: string): Promise<Answer<Container>> {
    const stopped = await this.#parts.other(other).stop();
    return stopped.ok || codeOf(stopped.trouble) === 'container_not_found' ? this.#parts.api.start() : stopped;
  }

  async #check(): Promise<Answer<Container>> {
    const answer = await this.#parts.api.check();
    if (!answer.ok) return answer;
    const { answers, container } = answer.value;
    const said = answers ? note('good', texts.answers) : note('warning', texts.answersNot, { do: 'reset' });
    if (container.state === 'running') this.#set({ notice: said });
    return { ok: true, value: container };
  }

  async #act(action: Action, call: () => Promise<Answer<Container>>, said?: Notice): Promise<void> {
    if (this.#state.busy || this.#state.held?.action === action) return;
    this.#round += 1;
    this.#set({ busy: action, asking: undefined, notice: undefined, held: undefined });
    const answer = await call();
    this.#round += 1;
    this.#state = { ...this.#state, busy: undefined };
    if (!answer.ok) return this.#fail(answer.trouble, action);
    this.#hear(answer.value, true, said);
    this.#poller.heard(answer.value.retryAfterSeconds);
    this.#parts.acted();
  }

  #fail(trouble: Trouble, action: Action): void {
    const notice = noticeOfTrouble(trouble, action);
    const { hold } = notice;
    const until = this.#parts.clock.now() + (hold?.seconds ?? 0) * 1_000;
    this.#set({ notice, held: hold && { action, until } });
    if (wantsLook(trouble)) this.look();
  }

  /** A notice of the hold goes with it, or its action is tried again. */
  #endHold(): void {
    const hold = this.#state.notice?.hold;
    const over = hold?.then === 'repeat' && this.#repeats >= mostRepeats;
    if (over) this.#set({ notice: note('warning', texts.stillCleaningUp) });
    this.#set({ held: undefined, ...(hold?.then === 'clear' && { notice: undefined }) });
    if (hold?.then !== 'repeat' || over) return;
    this.#repeats += 1;
    this.#do(hold.action);
  }
}
