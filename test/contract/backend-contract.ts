import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { BackendError } from '../../src/core/errors.ts';
import type { BackendName } from '../../src/core/ids.ts';
import type { Backend, CreateRequest, Observation, Readiness } from '../../src/core/ports.ts';

/** A backend to hold to the contract, with what it takes to set the scene on it. */
export interface ContractSubject {
  readonly backend: Backend;
  readonly readiness: Readiness;
  /** A request for a container that answers HTTP 200 on its first port, 8080, and prints `serving`. */
  web(): CreateRequest;
  /** For one that prints `no configuration` and exits with 3. */
  failing(): CreateRequest;
  /** For an image that does not exist. */
  unknownImage(): CreateRequest;
  /** Leaves behind what a host leaves that died amid this create. */
  interruptedCreate(request: CreateRequest): Promise<void>;
  /** Makes a container of this name that another deployment owns; the result tells whether it is still there. */
  foreign(name: BackendName): Promise<() => Promise<boolean>>;
  /** Lets time pass on backends whose clock is not the machine's; the suite waits a moment after it. */
  pass?(): Promise<void>;
  cleanUp(): Promise<void>;
}

export type ContractSetup = (context: Pick<TestContext, 'skip'>) => Promise<ContractSubject>;

const settleLimitMs = 30_000;

type Running = Extract<Observation, { state: 'running' }>;

/** What every backend owes the lifecycle; `setUp` opens one that holds nothing yet. */
export function backendContract(name: string, setUp: ContractSetup): void {
  describe(`${name} keeps the backend contract`, () => {
    let subject: ContractSubject | undefined;
    let left: string | undefined;

    beforeAll(async () => {
      const skip = (note?: string | boolean): never => {
        left = String(note);
        throw new LeftOut();
      };
      subject = await setUp({ skip }).catch((error: unknown) => {
        if (error instanceof LeftOut) return undefined;
        throw error;
      });
    });
    afterAll(() => subject?.cleanUp());

    /** The subject, or the test left out with the reason. */
    function ready(context: TestContext): ContractSubject {
      return subject ?? context.skip(left);
    }

    async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
      const deadline = Date.now() + settleLimitMs;
      while (Date.now() < deadline) {
        const seen = await look();
        if (seen !== undefined) return seen;
        await subject?.pass?.();
        await delay(50);
      }
      throw new Error(`never came to pass: ${what}`);
    }

    function untilRunning({ backend }: ContractSubject, { name }: CreateRequest): Promise<Running> {
      return until('running', async () => {
        const seen = await backend.get(name);
        if (seen.state === 'running') return seen;
        expect(seen.state).toBe('pending');
        return undefined;
      });
    }

    function untilEnded({ backend }: ContractSubject, { name }: CreateRequest): Promise<Observation> {
      return until('ended', async () => {
        const seen = await backend.get(name);
        return seen.state === 'exited' || seen.state === 'failed' ? seen : undefined;
      });
    }

    function untilGone({ backend }: ContractSubject, { name }: CreateRequest): Promise<true> {
      return until('gone', async () => ((await backend.remove(name)) === 'gone' ? true : undefined));
    }

    const copies = async ({ backend }: ContractSubject, name: BackendName) =>
      (await backend.list()).filter((each) => each.name === name);

    test('brings up what is asked for, with an endpoint for each port, in order', async (context) => {
      const on = ready(context);
      const asked = on.web();
      const first = { label: 'Page', port: 8080, protocol: 'http', template: 'http://{host}:{port}/start' } as const;
      const ports = [first, { label: 'Other', port: 9000, protocol: 'tcp' } as const];
      const request = { ...asked, spec: { ...asked.spec, ports } };
      const accepted = await on.backend.create(request);
      expect(['pending', 'running']).toContain(accepted.state);
      const { endpoints } = await untilRunning(on, request);
      expect(endpoints).toMatchObject([
        { label: 'Page', protocol: 'http', template: 'http://{host}:{port}/start' },
        { label: 'Other', protocol: 'tcp' },
      ]);
      expect(endpoints.every(({ host, port }) => host.length > 0 && port > 0)).toBe(true);
      await untilGone(on, request);
    });

    test('does once what it is asked twice', async (context) => {
      const on = ready(context);
      const request = on.web();
      await on.backend.create(request);
      await on.backend.create(request);
      const before = await untilRunning(on, request);
      await on.backend.create(request);
      expect(await untilRunning(on, request)).toEqual(before);
      expect(await copies(on, request.name)).toHaveLength(1);
      await untilGone(on, request);
    });

    test('does once what two hosts ask at the same moment', async (context) => {
      const on = ready(context);
      const request = on.web();
      const outcomes = await Promise.allSettled([on.backend.create(request), on.backend.create(request)]);
      const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      // One of them may find the other's create half done; then it is told to look again, and nothing else.
      expect(refused.length).toBeLessThan(2);
      for (const error of refused) expect(error).toMatchObject({ fault: { kind: 'retryable' } });
      await untilRunning(on, request);
      expect(await copies(on, request.name)).toHaveLength(1);
      await untilGone(on, request);
    });

    test('finishes a create that a dead host began', async (context) => {
      const on = ready(context);
      const request = on.web();
      await on.interruptedCreate(request);
      await on.backend.create(request);
      const { endpoints } = await untilRunning(on, request);
      await until('answers', async () => ((await on.readiness.answers(endpoints, request.spec)) ? true : undefined));
      expect(await copies(on, request.name)).toHaveLength(1);
      await untilGone(on, request);
    });

    test('answers once it runs', async (context) => {
      const on = ready(context);
      const asked = on.web();
      const request = { ...asked, spec: { ...asked.spec, probe: { path: '/', port: 8080, status: 200 } } };
      await on.backend.create(request);
      const { endpoints } = await untilRunning(on, request);
      await until('answers', async () => ((await on.readiness.answers(endpoints, request.spec)) ? true : undefined));
      await untilGone(on, request);
      expect(await on.readiness.answers(endpoints, request.spec)).toBe(false);
    });

    test('lists what is ours, with labels and state', async (context) => {
      const on = ready(context);
      const request = on.web();
      await on.backend.create(request);
      const { endpoints } = await untilRunning(on, request);
      const [listed] = await until('listed as running', async () => {
        const found = await copies(on, request.name);
        return found[0]?.observation.state === 'running' ? found : undefined;
      });
      expect(listed).toEqual({
        name: request.name,
        labels: request.labels,
        observation: { state: 'running', endpoints },
      });
      await untilGone(on, request);
      expect(await copies(on, request.name)).toEqual([]);
    });

    test('knows nothing of what was never created', async (context) => {
      const on = ready(context);
      const { name } = on.web();
      expect(await on.backend.get(name)).toEqual({ state: 'absent' });
      expect(await on.backend.remove(name)).toBe('gone');
      expect(await on.backend.logs(name, 100)).toBe('');
    });

    test('tells how one ended, shows what it printed, and does not run it again', async (context) => {
      const on = ready(context);
      const request = on.failing();
      await on.backend.create(request);
      const end = await untilEnded(on, request);
      expect(end.state === 'exited' ? end.exitCode : end.state).toBe(3);
      expect(await on.backend.logs(request.name, 4096)).toContain('no configuration');
      await on.backend.create(request);
      expect(await on.backend.get(request.name)).toEqual(end);
      if (on.backend.listShowsExit) {
        expect((await copies(on, request.name)).map(({ observation }) => observation)).toEqual([end]);
      }
      await untilGone(on, request);
    });

    test('shows the last of what one printed, and no more than asked for', async (context) => {
      const on = ready(context);
      const request = on.web();
      await on.backend.create(request);
      await untilRunning(on, request);
      await until('printed', async () => ((await on.backend.logs(request.name, 4096)) === '' ? undefined : true));
      expect(await on.backend.logs(request.name, 4096)).toContain('serving');
      expect((await on.backend.logs(request.name, 3)).length).toBeLessThanOrEqual(3);
      await untilGone(on, request);
    });

    test('says gone on proof only, as often as it is asked', async (context) => {
      const on = ready(context);
      const request = on.web();
      await on.backend.create(request);
      await untilRunning(on, request);
      const answer = await on.backend.remove(request.name);
      if (answer === 'gone') expect(await on.backend.get(request.name)).toEqual({ state: 'absent' });
      await untilGone(on, request);
      expect(await on.backend.get(request.name)).toEqual({ state: 'absent' });
      expect(await on.backend.remove(request.name)).toBe('gone');
    });

    test('never touches what another deployment owns', async (context) => {
      const on = ready(context);
      const request = on.web();
      const isStillThere = await on.foreign(request.name);
      expect(await copies(on, request.name)).toEqual([]);
      const refusal = { name: 'BackendError', fault: { kind: 'permanent' } };
      await expect(on.backend.remove(request.name)).rejects.toMatchObject(refusal);
      await expect(on.backend.create(request)).rejects.toMatchObject(refusal);
      await expect(on.backend.get(request.name)).rejects.toMatchObject(refusal);
      await expect(on.backend.logs(request.name, 100)).rejects.toMatchObject(refusal);
      expect(await isStillThere()).toBe(true);
    });

    test('refuses an image that does not exist for good, and leaves nothing of it', async (context) => {
      const on = ready(context);
      const request = on.unknownImage();
      const error: unknown = await on.backend.create(request).then(
        () => untilEnded(on, request),
        (reason: unknown) => reason,
      );
      // Where the image is looked for only later, the container itself tells.
      if (!(error instanceof BackendError)) {
        expect(error).toMatchObject({ state: 'failed' });
        await untilGone(on, request);
        return;
      }
      expect(error.fault.kind).toBe('permanent');
      expect(error.fault.kind === 'permanent' && error.fault.advice.length).toBeGreaterThan(10);
      expect(await on.backend.get(request.name)).toEqual({ state: 'absent' });
    });

    test('lists the images a challenge can be made of', async (context) => {
      const on = ready(context);
      const { images, incomplete } = await on.backend.images();
      expect(incomplete).toBeUndefined();
      expect(images.map(({ reference }) => reference)).toContain(on.web().spec.image);
      const times = images.flatMap(({ updatedAt }) => (updatedAt === undefined ? [] : [Date.parse(updatedAt)]));
      expect(times.every((time) => time > 0)).toBe(true);
    });

    test('counts what is used against what there is', async (context) => {
      const on = ready(context);
      const { limits } = await on.backend.usage();
      expect(limits.length).toBeGreaterThan(0);
      for (const { name, used, limit } of limits) {
        expect(name).not.toBe('');
        expect(used).toBeGreaterThanOrEqual(0);
        if (limit !== undefined) expect(limit).toBeGreaterThan(0);
      }
    });

    test('checks itself and finds nothing that keeps starts from working', async (context) => {
      const on = ready(context);
      const findings = await on.backend.check();
      expect(findings.filter(({ severity }) => severity === 'fault')).toEqual([]);
    });
  });
}

class LeftOut extends Error {
  override readonly name = 'LeftOut';
}
