import controlsCss from '../controls.css';
import { element, styleSheet } from '../dom.ts';
import { connect } from '../page/connect.ts';
import { tokenUrl } from '../page/ctfd-page.ts';
import { schemeOf } from '../page/scheme.ts';
import { ManageApi } from '../service/manage-api.ts';
import { formTexts as texts } from '../texts.ts';
import { Fields } from './fields.ts';
import css from './form.css';
import { hardeningField } from './hardening-field.ts';
import { ImageField } from './image-field.ts';
import { group } from './labelled.ts';
import { PortsField } from './ports-field.ts';
import { releaseField } from './release-field.ts';
import { SizeField } from './size-field.ts';
import { TestBench } from './test-bench.ts';
import { linesField, textField } from './text-fields.ts';

const grid = (...children: readonly Node[]): HTMLElement => element('div', { class: 'grid' }, ...children);

function runGroup(fields: Fields): HTMLElement {
  return group(
    texts.run,
    textField(fields, 'command', texts.command, texts.commandHelp),
    grid(
      linesField(fields, 'environment', texts.environment, texts.environmentHelp),
      linesField(fields, 'secret_environment', texts.secrets, texts.secretsHelp),
    ),
    hardeningField(fields),
  );
}

function readyGroup(fields: Fields): HTMLElement {
  const path = textField(fields, 'probe_path', texts.probePath, texts.probePathHelp);
  const port = textField(fields, 'probe_port', texts.probePort, texts.probePortHelp, 'decimal');
  const status = textField(fields, 'probe_status', texts.probeStatus, texts.probeStatusHelp, 'decimal');
  return group(texts.ready, grid(path, port, status));
}

function timeGroup(fields: Fields): HTMLElement {
  const lifetime = textField(fields, 'lifetime_minutes', texts.lifetime, texts.lifetimeHelp, 'decimal');
  const renewals = textField(fields, 'renewals', texts.renewals, texts.renewalsHelp, 'decimal');
  return group(texts.time, grid(lifetime, renewals, releaseField(fields)));
}

/**
 * `<berth-form data-challenge-id="7">` around the plain inputs of CTFd's form: makes them comfortable. The inputs stay
 * in the page and are what is sent; without this script they are simply shown.
 */
export function formElement(): CustomElementConstructor {
  const sheet = styleSheet(controlsCss + css);

  return class BerthForm extends HTMLElement {
    #built = false;

    connectedCallback(): void {
      if (this.#built) return;
      this.#built = true;
      const root = this.attachShadow({ mode: 'open' });
      root.adoptedStyleSheets = [sheet];
      const api = new ManageApi(connect(this.dataset['adminTokenUrl'] || tokenUrl('admin')).client);
      root.append(this.#form(new Fields(this), api));
      this.dataset['scheme'] = schemeOf(this);
    }

    #form(fields: Fields, api: ManageApi): HTMLElement {
      const image = new ImageField(fields, api);
      const size = new SizeField(fields);
      void image.load();
      void api.status().then((answer) => answer.ok && size.price(answer.value.prices, answer.value.backend));
      return element(
        'div',
        { class: 'form' },
        image.node,
        group(texts.ports, new PortsField(fields).node),
        size.node,
        runGroup(fields),
        readyGroup(fields),
        timeGroup(fields),
        group(texts.test, ...this.#test(fields, api)),
      );
    }

    #test(fields: Fields, api: ManageApi): readonly Node[] {
      const id = this.dataset['challengeId'] ?? '';
      if (id === '') return [element('p', { class: 'small' }, texts.testFirst)];
      const help = element('p', { class: 'small' }, texts.testHelp);
      const unsaved = element('p', { class: 'notice warn', hidden: true }, texts.testUnsaved);
      const review = (): void => {
        unsaved.hidden = !fields.isChanged;
      };
      this.addEventListener('change', review);
      // CTFd sends the form without leaving the page.
      this.closest('form')?.addEventListener('submit', () => {
        fields.saved();
        review();
      });
      return [help, unsaved, new TestBench(id, api).node];
    }
  };
}
