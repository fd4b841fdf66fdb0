import { element, setText } from '../dom.ts';
import { formTexts as texts } from '../texts.ts';
import type { Fields } from './fields.ts';
import { labelled } from './labelled.ts';
import {
  asProtocol,
  defaultTemplates,
  faultOf,
  mostPorts,
  newPort,
  type PortDraft,
  type PortFault,
  parsePorts,
  protocols,
  writePorts,
} from './port-list.ts';
import { linesField } from './text-fields.ts';

function faultText(fault: PortFault | undefined): string {
  if (!fault) return '';
  if (fault.kind === 'twice') return texts.portTwice(fault.port);
  return fault.kind === 'none' ? texts.portNeeded : texts.portInvalid;
}

/** The ports as rows. A saved list that cannot be read is shown as it is, and never written over. */
export class PortsField {
  readonly node = element('div', { class: 'stack' });
  readonly #fields: Fields;
  readonly #rows = element('div', { class: 'stack' });
  readonly #fault = element('span', { class: 'small', role: 'status' });
  readonly #add = element('button', { type: 'button', class: 'small' }, texts.portAdd);
  #ports: readonly PortDraft[];

  constructor(fields: Fields) {
    this.#fields = fields;
    const saved = parsePorts(fields.get('ports'));
    this.#ports = saved ?? [];
    this.#add.addEventListener('click', () => this.#addRow());
    const help = element('p', { class: 'small' }, texts.portsHelp);
    if (saved) this.node.append(help, this.#rows, element('div', { class: 'row' }, this.#add, this.#fault));
    else this.node.append(linesField(fields, 'ports', texts.ports, texts.portsBroken));
    this.#draw();
  }

  #draw(): void {
    this.#rows.replaceChildren(...this.#ports.map((port, place) => this.#row(port, place)));
    this.#tell();
  }

  #tell(): void {
    setText(this.#fault, faultText(faultOf(this.#ports)));
    this.#add.hidden = this.#ports.length >= mostPorts;
  }

  #change(place: number, change: Partial<PortDraft>): void {
    this.#ports = this.#ports.map((port, at) => (at === place ? { ...port, ...change } : port));
    this.#save();
  }

  #save(): void {
    this.#fields.set('ports', writePorts(this.#ports));
    this.#tell();
  }

  #addRow(): void {
    this.#ports = [...this.#ports, newPort];
    this.#save();
    this.#draw();
    this.#rows.lastElementChild?.querySelector('input')?.focus();
  }

  #remove(place: number): void {
    this.#ports = this.#ports.filter((_port, at) => at !== place);
    this.#save();
    this.#draw();
    this.#add.focus();
  }

  #row(port: PortDraft, place: number): HTMLElement {
    const input = (value: string, change: (value: string) => Partial<PortDraft>, more = {}): HTMLInputElement => {
      const made = element('input', { type: 'text', value, autocomplete: 'off', spellcheck: 'false', ...more });
      made.addEventListener('input', () => this.#change(place, change(made.value)));
      return made;
    };
    const template = input(port.template, (value) => ({ template: value }), {
      placeholder: defaultTemplates[port.protocol],
    });
    const options = protocols.map((value) => element('option', { value, selected: value === port.protocol }, value));
    const select = element('select', {}, ...options);
    select.addEventListener('change', () => {
      const protocol = asProtocol(select.value) ?? port.protocol;
      template.placeholder = defaultTemplates[protocol];
      this.#change(place, { protocol });
    });
    const click = (): void => this.#remove(place);
    const name = texts.portRemove(port.label || port.port);
    const remove = element('button', { type: 'button', class: 'small', 'aria-label': name, click }, '×');
    const long = labelled(texts.portTemplate, template);
    long.classList.add('long');
    return element(
      'div',
      { class: 'port' },
      labelled(
        texts.portLabel,
        input(port.label, (value) => ({ label: value })),
      ),
      labelled(
        texts.portNumber,
        input(port.port, (value) => ({ port: value.trim() }), { inputmode: 'numeric' }),
      ),
      labelled(texts.portProtocol, select),
      long,
      remove,
    );
  }
}
