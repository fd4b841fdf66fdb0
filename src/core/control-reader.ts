import type { Control } from './control.ts';
import { emptyControl } from './control.ts';
import { BerthError } from './errors.ts';
import type { EventName, Instant } from './ids.ts';
import { periods } from './periods.ts';
import type { Clock, ControlStore } from './ports.ts';

export interface ControlReader {
  /** At most 3 seconds old. */
  current(event: EventName): Promise<Control>;
  /** Reads, changes and writes it, again when somebody else was faster. `change` returns undefined for no change. */
  change(event: EventName, change: (control: Control) => Control | undefined): Promise<Control>;
}

const tries = 10;

/** The organiser's switches with a short memory: starts must not each cost a read, and a switch must act within 5 s. */
export function readControl(store: ControlStore, clock: Clock): ControlReader {
  const known = new Map<EventName, { readonly control: Promise<Control>; readonly readAt: Instant }>();

  const remember = (event: EventName, control: Control): Control => {
    known.set(event, { control: Promise.resolve(control), readAt: clock.now() });
    return control;
  };

  /** Everybody who asks meanwhile waits for the same read; one that failed is forgotten. */
  const read = (event: EventName): Promise<Control> => {
    const control = store.read(event).then((row) => row?.value ?? emptyControl);
    const memory = { control, readAt: clock.now() };
    known.set(event, memory);
    control.catch(() => {
      if (known.get(event) === memory) known.delete(event);
    });
    return control;
  };

  return {
    async current(event) {
      const memory = known.get(event);
      return memory && clock.now() - memory.readAt < periods.controlFresh ? memory.control : read(event);
    },
    async change(event, change) {
      for (let i = 0; i < tries; i += 1) {
        const row = await store.read(event);
        const before = row?.value ?? emptyControl;
        const after = change(before);
        if (after === undefined) return remember(event, before);
        if (await store.put(event, after, row?.version)) return remember(event, after);
      }
      throw new BerthError('conflict', 'Somebody else is changing the switches at the same time. Try again.');
    },
  };
}
