import { setTimeout as delay } from 'node:timers/promises';
import type { ContainerGroup } from '@azure/arm-containerinstance';
import Docker from 'dockerode';
import { describe, expect, inject, it } from 'vitest';
import { systemClock } from '../../../local/azure/clock.ts';
import { webCommand } from '../../support/test-images.ts';
import { get, groupBody, putBody, refusalOf, remove } from './support/groups.ts';
import { startBench } from './support/stand-in.ts';

const engine = inject('docker');
const socketPath = 'socketPath' in engine ? engine.socketPath : '';

describe.runIf(socketPath !== '')('groups in a Docker engine', async () => {
  const bench = await startBench(
    { docker: { socketPath: socketPath || 'none' }, settings: { coldStartMs: 0, pendingMs: 0, deletingMs: 0 } },
    { clock: systemClock },
  );
  const docker = new Docker({ socketPath });

  function body(image: string, command: readonly string[], restartPolicy: string): ContainerGroup {
    const whole = groupBody(bench, { image, restartPolicy, identity: undefined });
    const containers = whole.containers.map((container) => ({
      ...container,
      command: [...command],
      environmentVariables: [{ name: 'FLAG', secureValue: 'flag{secret}' }],
    }));
    return { ...whole, containers };
  }

  const ownContainers = async (): Promise<number> => {
    const all = await docker.listContainers({ all: true, filters: { label: ['berth.stand-in.group=berth-a'] } });
    return all.length;
  };

  /** Real containers take real time; bounded. */
  async function until(what: (group: ContainerGroup) => boolean): Promise<ContainerGroup> {
    for (let tries = 0; tries < 100; tries += 1) {
      const group = await get(bench, 'berth-a');
      if (what(group)) return group;
      await delay(100);
    }
    throw new Error(`never so: ${JSON.stringify(await get(bench, 'berth-a'))}`);
  }

  it('run as containers on the group’s address, with size, command and environment', async () => {
    await putBody(bench, 'berth-a', body('berth-test/busybox:1', webCommand, 'Always'));
    const group = await until(({ provisioningState }) => provisioningState === 'Succeeded');
    const response = await fetch(`http://${group.ipAddress?.ip}:8080/`);
    expect(await response.text()).toBe('hello\n');
    expect(group.containers[0]?.instanceView?.currentState?.state).toBe('Running');
    const [running] = await docker.listContainers({ filters: { label: ['berth.stand-in.group=berth-a'] } });
    const { Config, HostConfig } = await docker.getContainer(running?.Id ?? '').inspect();
    expect(Config.Env).toContain('FLAG=flag{secret}');
    expect([HostConfig.Memory, HostConfig.NanoCpus]).toEqual([1.5 * 2 ** 30, 1e9]);
    const { arm, standIn } = bench;
    const { content } = await arm.containers.listLogs(standIn.resourceGroup, 'berth-a', 'challenge');
    expect(content).toBe('serving\n');
  });

  it('go with the group', async () => {
    await putBody(bench, 'berth-a', body('berth-test/busybox:1', webCommand, 'Always'));
    await until(({ provisioningState }) => provisioningState === 'Succeeded');
    expect(await ownContainers()).toBe(1);
    await remove(bench, 'berth-a');
    await bench.control('POST', 'reset');
    expect(await ownContainers()).toBe(0);
  });

  it('tell how their containers really ended', async () => {
    await putBody(bench, 'berth-a', body('berth-test/busybox:1', ['/bin/sh', '-c', 'exit 3'], 'Never'));
    const group = await until(({ instanceView }) => instanceView?.state === 'Failed');
    expect(group.containers[0]?.instanceView?.currentState).toMatchObject({ state: 'Terminated', exitCode: 3 });
  });

  it('are refused for an image that the engine lacks', async () => {
    const refusal = await refusalOf(putBody(bench, 'berth-a', body('berth-test/none:1', [], 'Always')));
    expect(refusal).toMatchObject({ status: 400, code: 'InaccessibleImage' });
  });
});
