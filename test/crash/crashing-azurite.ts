import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { TableClient } from '@azure/data-tables';
import { QueueClient } from '@azure/storage-queue';
import { z } from 'zod';
import { startAzurite } from '../../local/azurite.ts';
import { steadyPort } from './steady-port.ts';
import { openGate } from './storage-gate.ts';

/**
 * Azurite on disk, killed without losing what it acknowledged.
 *
 * Azurite keeps its tables and queues in memory and writes them out every 5 s. A kill -9 at any moment would therefore
 * take back writes that it has acknowledged, which Azure Storage never does: what came of that would say nothing of
 * Berth. So a crash goes in three steps.
 *
 * 1. The wire is cut at any moment: every connection to it is dropped where it stands, and new ones at once. Requests
 *    that were under way may or may not have been carried out; their answers are lost.
 * 2. A row, a message and its body are written past the cut wire, and their marks are waited for in Azurite's files.
 *    Each file is one snapshot of all that came before, so everything acknowledged is on disk by then.
 * 3. kill -9; a restart on the same data and ports; the wire is mended.
 *
 * To Berth that is a storage account that goes away in the middle of its requests for some 3 to 9 s and comes back with
 * every acknowledged write, and with some of those that were not. Messages being handled stay hidden as they were.
 */
export interface CrashingAzurite {
  /** By way of the wire that is cut. */
  readonly connectionString: string;
  /** Past it: for those who look on. */
  readonly direct: string;
  /** Resolves when it is back; it is away for `downMs` after the kill. */
  crash(downMs: number): Promise<void>;
  stop(): Promise<void>;
}

const flushLimitMs = 20_000;
const lookAgainMs = 100;
/** For requests that had come in before the cut. */
const inHandMs = 300;

const Extents = z.object({
  collections: z.array(
    z.object({ data: z.array(z.object({ lastModifiedInMS: z.number(), LastModifyInMS: z.number().optional() })) }),
  ),
});

async function readBack(location: string, file: string): Promise<string> {
  return readFile(join(location, `__azurite_db_${file}__.json`), 'utf8').catch(() => '');
}

async function extentsKnownSince(location: string, since: number): Promise<boolean> {
  const text = await readBack(location, 'queue_extent');
  if (text === '') return false;
  const extents = Extents.parse(JSON.parse(text)).collections.flatMap(({ data }) => data);
  return extents.some(
    ({ lastModifiedInMS, LastModifyInMS }) => Math.max(lastModifiedInMS, LastModifyInMS ?? 0) >= since,
  );
}

/** Waits until all that was written before this call is in Azurite's files. */
async function proveFlushed(direct: string, location: string): Promise<void> {
  const mark = crypto.randomUUID();
  const since = Date.now();
  const table = TableClient.fromConnectionString(direct, 'durability', { allowInsecureConnection: true });
  await table.createEntity({ partitionKey: 'mark', rowKey: mark });
  const { messageId } = await new QueueClient(direct, 'durability').sendMessage(mark);
  const deadline = Date.now() + flushLimitMs;
  while (Date.now() < deadline) {
    const tables = (await readBack(location, 'table')).includes(mark);
    const queues = (await readBack(location, 'queue')).includes(messageId);
    if (tables && queues && (await extentsKnownSince(location, since))) return;
    await delay(lookAgainMs);
  }
  throw new Error(`Azurite has not written its data out within ${flushLimitMs / 1000} s`);
}

export async function startCrashingAzurite(location: string): Promise<CrashingAzurite> {
  const ports = { blob: await steadyPort(), queue: await steadyPort(), table: await steadyPort() };
  let azurite = await startAzurite({ location, ports });
  const { connectionString: direct } = azurite;
  const tableGate = await openGate(ports.table);
  const queueGate = await openGate(ports.queue);
  const gates = [tableGate, queueGate];
  await TableClient.fromConnectionString(direct, 'durability', { allowInsecureConnection: true }).createTable();
  await new QueueClient(direct, 'durability').create();
  return {
    connectionString: direct
      .replace(`127.0.0.1:${ports.table}/`, `127.0.0.1:${tableGate.port}/`)
      .replace(`127.0.0.1:${ports.queue}/`, `127.0.0.1:${queueGate.port}/`),
    direct,
    async crash(downMs) {
      for (const gate of gates) gate.cut();
      await delay(inHandMs);
      await proveFlushed(direct, location);
      await azurite.kill();
      await delay(downMs);
      azurite = await startAzurite({ location, ports });
      for (const gate of gates) gate.mend();
    },
    async stop() {
      for (const gate of gates) await gate.close();
      await azurite.kill();
    },
  };
}
