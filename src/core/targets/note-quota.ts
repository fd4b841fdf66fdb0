import { lost, untilWon, won } from '../containers/rows.ts';
import { BackendError } from '../errors.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Backend, BackendUsage } from '../ports.ts';
import { emptyLedger } from './ledger.ts';
import { learnQuota } from './limits.ts';
import { promote } from './reservations.ts';
import type { Target } from './target.ts';

/** Undefined where it cannot be read: the settings hold then, and refusals tell the rest. */
async function readUsage(life: Lifecycle, target: Target, backend: Backend): Promise<BackendUsage | undefined> {
  try {
    return await backend.usage();
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    life.log.info('The quota of a target cannot be read', { target: target.name, code: error.code });
    return undefined;
  }
}

/** Keeps a target's own word on its quota in its ledger: it may be less than the settings say, and it may be raised. */
export async function noteQuota(life: Lifecycle, target: Target, backend: Backend): Promise<void> {
  const usage = await readUsage(life, target, backend);
  if (usage === undefined) return;
  const changed = await life.serialize(target.name, () =>
    untilWon(life, async () => {
      const row = await life.targets.readLedger(target.name);
      const value = learnQuota(row?.value ?? emptyLedger(target.typicalMs), usage);
      if (value === undefined) return won(undefined);
      const committed = await life.targets.commit(target.name, [
        { do: 'put', kind: 'ledger', value, version: row?.version },
      ]);
      return committed.outcome === 'lost' ? lost : won(value.quota);
    }),
  );
  if (changed === undefined) return;
  life.log.info('A target told its quota', { target: target.name, ...changed });
  await promote(life, target.name);
}
