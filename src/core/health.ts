import { BackendError, BerthError } from './errors.ts';
import { seconds } from './ids.ts';
import type { Lifecycle, LifecycleSettings } from './lifecycle.ts';
import type { Target } from './targets/target.ts';

export interface HealthProblem {
  readonly code: string;
  readonly message: string;
}

/** A backend that hangs must not hang the answer. */
const longestCheck = seconds(5);
const keptFor = seconds(10);

async function within<T>(life: Lifecycle, work: Promise<T>, otherwise: T): Promise<T> {
  return Promise.race([work, life.clock.sleep(longestCheck).then(() => otherwise)]);
}

async function checkTarget(life: Lifecycle, target: Target): Promise<HealthProblem[]> {
  const slow = [{ code: 'backend_slow', message: `${target.name} did not answer within ${longestCheck / 1000} s.` }];
  const look = async (): Promise<HealthProblem[]> => {
    const findings = (await (await life.backends(target.name))?.check()) ?? [];
    return findings
      .filter((finding) => finding.severity === 'fault')
      .map(({ code, message }) => ({ code, message: `${target.name}: ${message}` }));
  };
  return within(
    life,
    look().catch((error: unknown) => {
      if (!(error instanceof BackendError)) throw error;
      return [{ code: error.code, message: `${target.name}: ${error.message}` }];
    }),
    slow,
  );
}

async function checkStorage(life: Lifecycle, ping: () => Promise<void>): Promise<HealthProblem[]> {
  const down = [{ code: 'storage_unavailable', message: 'The storage account does not answer.' }];
  return within(
    life,
    ping().then(
      () => [],
      (error: unknown) => {
        if (error instanceof BerthError) return down;
        throw error;
      },
    ),
    down,
  );
}

function settingFaults(settings: LifecycleSettings): HealthProblem[] {
  return settings.faults.map((message) => ({ code: 'misconfigured', message }));
}

async function lookAround(life: Lifecycle, ping: () => Promise<void>): Promise<readonly HealthProblem[]> {
  const looked = await Promise.all([
    checkStorage(life, ping),
    ...life.settings.targets.map((target) => checkTarget(life, target)),
  ]);
  return [...settingFaults(life.settings), ...looked.flat()];
}

/** What is degraded, by name. Everybody may ask, so the answer is kept for some seconds and looked up once at a time. */
export function healthCheck(life: Lifecycle, ping: () => Promise<void>): () => Promise<readonly HealthProblem[]> {
  let known: { readonly at: number; readonly problems: Promise<readonly HealthProblem[]> } | undefined;
  return () => {
    if (known === undefined || life.clock.now() - known.at > keptFor) {
      known = { at: life.clock.now(), problems: lookAround(life, ping) };
      known.problems.catch(() => {
        known = undefined;
      });
    }
    return known.problems;
  };
}
