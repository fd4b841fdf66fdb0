import { browserClock } from '../clock.ts';
import { type Nearness, over } from '../countdown.ts';
import type { Container } from '../service/container.ts';
import type { ContainerApi } from '../service/container-api.ts';
import { panelTexts as texts } from '../texts.ts';
import { ExpiryWatch, type Watched } from './expiry-watch.ts';
import { clearToast, showToast } from './toast.ts';

/** A panel as the page's services see it. */
export interface OpenPanel {
  readonly challengeId: string;
  /** It can be seen. */
  readonly isActive: boolean;
  /** Something outside of it has changed its container. */
  outdated(): void;
}

/** A solve may release the container a moment later. */
const afterSolve = 1_500;

/** What there is once for a page, and outlives every challenge window on it. */
export class PageServices {
  readonly panels = new Set<OpenPanel>();
  /** To the other tabs of this browser. */
  readonly #channel = new BroadcastChannel('berth');
  readonly #watch = new ExpiryWatch({
    clock: browserClock,
    isShown: (id) => [...this.panels].some((panel) => panel.isActive && panel.challengeId === id),
    isVisible: () => !document.hidden,
    warn: (watched, level) => this.#warn(watched, level),
  });

  constructor() {
    this.#channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => this.#outdated(data));
    document.addEventListener('berth-solved', () => browserClock.after(afterSolve, () => this.#outdated()));
  }

  /** A panel has heard of its container. */
  heard(container: Container, name: string, api: ContainerApi): void {
    clearToast(container.challengeId);
    this.#watch.heard(container, name, api);
  }

  /** A panel has done something to its container. */
  acted(challengeId: string): void {
    this.#channel.postMessage(challengeId);
  }

  #outdated(challengeId?: unknown): void {
    for (const panel of this.panels) {
      if (challengeId === undefined || panel.challengeId === challengeId) panel.outdated();
    }
  }

  #warn(watched: Watched, level: Nearness): void {
    const { challengeId, name, canRenew } = watched;
    const renew = canRenew && level !== over ? () => void this.#renew(watched) : undefined;
    showToast(challengeId, texts.toasts[level](name), renew);
  }

  async #renew({ challengeId, name, api }: Watched): Promise<void> {
    const answer = await api.change('renew');
    if (answer.ok) {
      this.heard(answer.value, name, api);
      this.acted(challengeId);
    }
    showToast(challengeId, answer.ok ? texts.toasts.renewed(name) : texts.toasts.notRenewed(name), undefined);
  }
}
