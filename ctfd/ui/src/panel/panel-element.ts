import { browserClock } from '../clock.ts';
import { styleSheet } from '../dom.ts';
import { connect } from '../page/connect.ts';
import { tokenUrl } from '../page/ctfd-page.ts';
import { schemeOf } from '../page/scheme.ts';
import { clearTitle, flagTitle } from '../page/tab-title.ts';
import { ContainerApi } from '../service/container-api.ts';
import { panelTexts as texts } from '../texts.ts';
import type { Intent } from './notice.ts';
import type { OpenPanel, PageServices } from './page-services.ts';
import css from './panel.css';
import { PanelSession } from './panel-session.ts';
import { PanelView } from './panel-view.ts';

const second = 1_000;
/** Bootstrap's. Only some themes send them as events of the DOM. */
const modalEvents = ['hidden.bs.modal', 'show.bs.modal', 'shown.bs.modal'];

/** `<berth-panel data-challenge-id="7">`: a player's container of one challenge. See ctfd/ui/README.md for its attributes. */
export function panelElement(page: PageServices): CustomElementConstructor {
  const sheet = styleSheet(css);

  return class BerthPanel extends HTMLElement implements OpenPanel {
    readonly #view: PanelView;
    #session: PanelSession | undefined;
    #closed = false;
    #active = false;
    #end = new AbortController();
    #callOffTick: (() => void) | undefined;

    constructor() {
      super();
      const root = this.attachShadow({ mode: 'open' });
      root.adoptedStyleSheets = [sheet];
      this.#view = new PanelView(root, (intent) => this.#press(intent));
      this.addEventListener('keydown', (event) => this.#escape(event));
    }

    get challengeId(): string {
      return this.dataset['challengeId'] ?? '';
    }

    get isActive(): boolean {
      return this.#active;
    }

    outdated(): void {
      this.#session?.look();
    }

    connectedCallback(): void {
      this.#session ??= this.#open();
      this.#end = new AbortController();
      const { signal } = this.#end;
      page.panels.add(this);
      // A window that closes leaves everything in it without a size, in every theme.
      const observer = new ResizeObserver(() => this.#review());
      observer.observe(this);
      signal.addEventListener('abort', () => observer.disconnect());
      document.addEventListener('visibilitychange', () => this.#review(), { signal });
      for (const name of modalEvents) document.addEventListener(name, (event) => this.#modal(event), { signal });
      this.#review();
    }

    disconnectedCallback(): void {
      this.#end.abort();
      page.panels.delete(this);
      this.#review();
    }

    #open(): PanelSession {
      const id = this.challengeId;
      const own = connect(this.dataset['tokenUrl'] || tokenUrl(`challenge/${encodeURIComponent(id)}`));
      const owner = connect(this.dataset['ownerTokenUrl'] || tokenUrl('owner'));
      const api = new ContainerApi(own.client, id);
      return new PanelSession({
        clock: browserClock,
        random: Math.random,
        api,
        other: (other) => new ContainerApi(owner.client, other),
        isMe: (starter) => (own.tokens.last?.userId ?? starter) === starter,
        changed: () => this.#changed(api),
        ready: () => flagTitle(texts.readyTitle),
        acted: () => page.acted(id),
      });
    }

    #press(intent: Intent): void {
      if (intent.do === 'reload') window.location.reload();
      else this.#session?.press(intent);
    }

    /** Only a panel that can be seen asks anything: in the page, in a shown window, in a visible tab. */
    #review(): void {
      const active = this.isConnected && !this.#closed && !document.hidden && this.getClientRects().length > 0;
      if (active === this.#active) return;
      this.#active = active;
      this.#session?.setActive(active);
      this.#callOffTick?.();
      if (active) this.#tick();
    }

    #tick(): void {
      this.#view.dress(schemeOf(this));
      this.#session?.tick();
      this.#draw();
      this.#callOffTick = browserClock.after(second, () => this.#tick());
    }

    #changed(api: ContainerApi): void {
      const container = this.#session?.state.container;
      if (container) page.heard(container, this.#name(), api);
      if (container?.state !== 'running') clearTitle();
      this.#draw();
    }

    #name(): string {
      return this.dataset['challengeName'] || this.#session?.state.container?.challengeName || texts.thisOne;
    }

    #draw(): void {
      const session = this.#session;
      if (session && this.isConnected)
        this.#view.draw(session.state, browserClock.now(), session.nextLookAt, this.#name());
    }

    #modal({ target, type }: Event): void {
      if (!(target instanceof Node && target.contains(this))) return;
      this.#closed = type === modalEvents[0];
      this.#review();
    }

    /** Escape answers a question with no, before it closes the whole window. */
    #escape(event: KeyboardEvent): void {
      if (event.key !== 'Escape' || !this.#session?.state.asking) return;
      event.stopPropagation();
      this.#session.press({ do: 'keep' });
    }
  };
}
