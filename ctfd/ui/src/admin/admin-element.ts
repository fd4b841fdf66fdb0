import { browserClock } from '../clock.ts';
import controlsCss from '../controls.css';
import { element, styleSheet } from '../dom.ts';
import { connect } from '../page/connect.ts';
import { tokenUrl } from '../page/ctfd-page.ts';
import { schemeOf } from '../page/scheme.ts';
import { ManageApi } from '../service/manage-api.ts';
import type { ManagedContainer } from '../service/manage-shapes.ts';
import { adminTexts as texts } from '../texts.ts';
import { openAction } from './action-dialog.ts';
import css from './admin.css';
import { AuditSection } from './audit-section.ts';
import { type ContainersActions, ContainersSection } from './containers-section.ts';
import { showLog } from './log-dialog.ts';
import { Organiser } from './organiser.ts';
import { OwnersSection } from './owners-section.ts';
import { challengeName, selectionsOf } from './rows.ts';
import { StatusSection } from './status-section.ts';
import { type ChangeControl, SwitchesSection } from './switches-section.ts';
import { TargetsSection } from './targets-section.ts';

const second = 1_000;

function containersActions(root: ShadowRoot, api: ManageApi, done: () => void): ContainersActions {
  const one = (action: 'stop' | 'extend', title: string, say: (challenge: string, owner: string) => string) => {
    return (row: ManagedContainer): void => {
      const known = say(challengeName(row), row.owner);
      openAction(root, api, { action, title, selections: [{ ids: [row.view.id] }], known, counted: () => known }, done);
    };
  };
  return {
    stop: one('stop', texts.stop, texts.stopOne),
    extend: one('extend', texts.extend, texts.extendOne),
    log: (row) => void showLog(root, api, row),
    stopThese: (filter, shown) => {
      const selections = selectionsOf(filter, shown);
      openAction(root, api, { action: 'stop', title: texts.stop, selections, counted: texts.stopMany }, done);
    },
    extendThese: (filter, shown) => {
      const selections = selectionsOf(filter, shown);
      openAction(root, api, { action: 'extend', title: texts.extend, selections, counted: texts.extendMany }, done);
    },
    purge: () => {
      const counted = texts.purgeMany;
      const plan = {
        action: 'stop',
        title: texts.purge,
        selections: [{ all: true }],
        counted,
        word: texts.purgeWord,
      } as const;
      openAction(root, api, plan, done);
    },
  };
}

/** `<berth-admin>`: the organiser's page. */
export function adminElement(): CustomElementConstructor {
  const sheet = styleSheet(controlsCss + css);

  return class BerthAdmin extends HTMLElement {
    #organiser: Organiser | undefined;
    #tick: (() => void) | undefined;

    connectedCallback(): void {
      if (this.#organiser) return;
      const root = this.attachShadow({ mode: 'open' });
      root.adoptedStyleSheets = [sheet];
      const api = new ManageApi(connect(this.dataset['adminTokenUrl'] || tokenUrl('admin')).client);
      this.#organiser = this.#build(root, api);
      document.addEventListener('visibilitychange', () => this.#review());
      this.#review();
    }

    #build(root: ShadowRoot, api: ManageApi): Organiser {
      const organiser = new Organiser({ clock: browserClock, random: Math.random, api, changed: () => update() });
      const serverNow = (): number => browserClock.now() + organiser.overview.ahead;
      const change: ChangeControl = async (wanted) => {
        const answer = await api.changeControl(wanted);
        if (answer.ok) organiser.heardControl(answer.value);
        organiser.look();
        return answer.ok ? undefined : answer.trouble;
      };
      const status = new StatusSection();
      const containers = new ContainersSection(
        containersActions(root, api, () => organiser.look()),
        serverNow,
      );
      const switches = new SwitchesSection(change);
      const targets = new TargetsSection(change);
      const owners = new OwnersSection((owner) => containers.search(owner));
      const sections = [status, containers, switches, targets, owners];
      const update = (): void => {
        for (const one of sections) one.update(organiser.overview);
      };
      const side = element('div', { class: 'columns' }, switches.node, targets.node, owners.node);
      root.append(element('div', { class: 'page' }, status.node, containers.node, side, new AuditSection(api).node));
      this.#tick = () => containers.tick();
      return organiser;
    }

    #review(): void {
      const active = this.isConnected && !document.hidden;
      this.#organiser?.setActive(active);
      if (active) this.#run();
    }

    #run(): void {
      if (!this.isConnected || document.hidden) return;
      this.dataset['scheme'] = schemeOf(this);
      this.#tick?.();
      browserClock.after(second, () => this.#run());
    }
  };
}
