import { describe, expect, it } from 'vitest';
import { put, refusalOf, remove } from './support/groups.ts';
import { startBench } from './support/stand-in.ts';

const bench = await startBench({ listen: false, settings: { coldStartMs: 0, pendingMs: 0, deletingMs: 5_000 } });

async function fqdn(name: string, label: string, scope?: string): Promise<string | undefined> {
  return (await put(bench, name, { label, ...(scope === undefined ? {} : { scope }) })).ipAddress?.fqdn;
}

describe('a DNS label', () => {
  it('names the group in its location, without a scope given', async () => {
    expect(await fqdn('berth-a', 'berth-ada')).toBe('berth-ada.westeurope.azurecontainer.io');
  });

  it('clashes with another group’s until that one is gone', async () => {
    await fqdn('berth-a', 'berth-ada');
    const refusal = await refusalOf(put(bench, 'berth-b', { label: 'berth-ada' }));
    expect(refusal).toMatchObject({ status: 400, code: 'DnsNameLabelAlreadyTaken' });
    expect(refusal.message).toBe(
      "The DNS name label 'berth-ada' in container group 'berth-b' is not available. Try using a different label.",
    );
    await remove(bench, 'berth-a');
    bench.clock.advance(5_000);
    expect(await fqdn('berth-b', 'berth-ada')).toBe('berth-ada.westeurope.azurecontainer.io');
  });

  it('does not clash across locations', async () => {
    await fqdn('berth-a', 'berth-ada');
    const other = await put(bench, 'berth-b', { label: 'berth-ada', location: 'eastus' });
    expect(other.ipAddress?.fqdn).toBe('berth-ada.eastus.azurecontainer.io');
  });

  it('never clashes under Noreuse, where a segment of its own follows it', async () => {
    const first = await fqdn('berth-a', 'berth-ada', 'Noreuse');
    const second = await fqdn('berth-b', 'berth-ada', 'Noreuse');
    expect(first).toMatch(/^berth-ada\.[a-z]{16}\.westeurope\.azurecontainer\.io$/);
    expect(second).toMatch(/^berth-ada\.[a-z]{16}\.westeurope\.azurecontainer\.io$/);
    expect(second).not.toBe(first);
  });

  it('gives the same name again within its resource group under ResourceGroupReuse', async () => {
    const first = await fqdn('berth-a', 'berth-ada', 'ResourceGroupReuse');
    expect(await refusalOf(put(bench, 'berth-b', { label: 'berth-ada', scope: 'ResourceGroupReuse' }))).toMatchObject({
      code: 'DnsNameLabelAlreadyTaken',
    });
    await remove(bench, 'berth-a');
    bench.clock.advance(5_000);
    expect(await fqdn('berth-b', 'berth-ada', 'ResourceGroupReuse')).toBe(first);
  });
});
