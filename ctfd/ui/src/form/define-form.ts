import { formElement } from './form-element.ts';

/** CTFd may run the scripts of a form again, and both of them on one page. */
export function defineForm(): void {
  if (!customElements.get('berth-form')) customElements.define('berth-form', formElement());
}
