/** What the Functions library asks its host for, where there is none: it would print a line for every function instead. */

/** @public */
export const version = '0.0.0';
/** @public */
export const hostVersion = '0.0.0';

/** @public */
export class Disposable {
  dispose(): void {
    // Nothing was registered.
  }
}

/** @public */
export const setProgrammingModel = (): void => undefined;
/** @public */
export const getProgrammingModel = (): undefined => undefined;
/** @public */
export const registerFunction = (): Disposable => new Disposable();
/** @public */
export const registerHook = (): Disposable => new Disposable();
