const names = [
  'image',
  'digest',
  'ports',
  'size',
  'cpu',
  'memory_gb',
  'command',
  'environment',
  'secret_environment',
  'probe_path',
  'probe_port',
  'probe_status',
  'lifetime_minutes',
  'renewals',
  'release_on_solve',
  'capabilities',
  'read_only_root',
] as const;
export type FieldName = (typeof names)[number];

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

function isControl(value: unknown): value is Control {
  return [HTMLInputElement, HTMLTextAreaElement, HTMLSelectElement].some((kind) => value instanceof kind);
}

function isBox(control: Control): control is HTMLInputElement {
  return control instanceof HTMLInputElement && control.type === 'checkbox';
}

/**
 * An input that is not shown must not keep the form from being sent: the browser would have no place to say why. What
 * is wrong with a value is CTFd's to say.
 */
function freed(control: Control): Control {
  for (const name of ['required', 'pattern']) control.removeAttribute(name);
  if (control instanceof HTMLInputElement && control.type === 'number') control.type = 'text';
  return control;
}

function textOf(control: Control): string {
  return isBox(control) ? String(control.checked) : control.value;
}

/**
 * What CTFd's form sends. The values stay in plain inputs of the page, named `berth_…`: those that its template has,
 * and hidden ones for any that it has not. Whatever else goes wrong, they are saved.
 */
export class Fields {
  readonly #host: HTMLElement;
  readonly #controls = new Map<FieldName, Control>();
  #saved = '';

  constructor(host: HTMLElement) {
    this.#host = host;
    for (const name of names) this.#controls.set(name, this.#find(name));
    this.saved();
  }

  get(name: FieldName): string {
    const control = this.#controls.get(name);
    return control ? textOf(control) : '';
  }

  /** Told to the page as if it had been typed. */
  set(name: FieldName, value: string): void {
    const control = this.#controls.get(name);
    if (!control || textOf(control) === value) return;
    if (isBox(control)) control.checked = value === 'true';
    else control.value = value;
    control.dispatchEvent(new Event('input', { bubbles: true }));
    control.dispatchEvent(new Event('change', { bubbles: true }));
  }

  /** What the page says about a field that it does not show the value of. */
  hint(name: FieldName): string {
    return this.#controls.get(name)?.getAttribute('placeholder') ?? '';
  }

  /** What stands there now is what CTFd has. */
  saved(): void {
    this.#saved = this.#all();
  }

  get isChanged(): boolean {
    return this.#all() !== this.#saved;
  }

  #all(): string {
    return JSON.stringify([...this.#controls.values()].map(textOf));
  }

  #find(name: FieldName): Control {
    const full = `berth_${name}`;
    const there = [...this.#host.querySelectorAll(`[name="${full}"]`)].find(isControl);
    if (there) return freed(there);
    const made = document.createElement('input');
    made.type = 'hidden';
    made.name = full;
    this.#host.append(made);
    return made;
  }
}
