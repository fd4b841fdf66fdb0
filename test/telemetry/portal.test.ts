import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { metrics, spans } from '../../src/telemetry/names.ts';
import { observed } from './support/observed.ts';
import { ways } from './support/ways.ts';

const Workbook = z.object({
  items: z.array(
    z.object({ type: z.number(), name: z.string(), content: z.looseObject({ query: z.string().optional() }) }),
  ),
});

async function workbookQueries(): Promise<readonly { readonly name: string; readonly query: string }[]> {
  const { items } = Workbook.parse(JSON.parse(await readFile('infra/portal/workbook.json', 'utf8')));
  return items.flatMap(({ name, content: { query } }) => (query === undefined ? [] : [{ name, query }]));
}

async function alertQueries(): Promise<readonly { readonly name: string; readonly query: string }[]> {
  const bicep = await readFile('infra/modules/alerts.bicep', 'utf8');
  return [...bicep.matchAll(/name: '([a-z-]+)'\n[\s\S]*?query: '''\n([\s\S]*?)'''/g)].map(
    ([, name = '', query = '']) => ({
      name,
      query,
    }),
  );
}

const queries = [...(await workbookQueries()), ...(await alertQueries())];
const metricNames: readonly string[] = Object.values(metrics).map(({ name }) => name);

/** Every attribute that is ever told, on a metric or a span. */
async function attributesTold(): Promise<ReadonlySet<string>> {
  // Every failed span has it, where it is exported.
  const names = new Set<string>(['failure']);
  for (const { parts, act } of Object.values(ways)) {
    const one = observed(parts);
    await act(one);
    one.end();
    for (const { attributes } of [...one.telemetry.told, ...one.telemetry.spans]) {
      for (const name of Object.keys(attributes)) names.add(name);
    }
  }
  return names;
}

describe('the workbook and the alerts', () => {
  it('are there: some queries of each', () => {
    expect(queries.length).toBeGreaterThan(20);
    expect(new Set(queries.map(({ name }) => name)).size).toBe(queries.length);
  });

  it.each(queries)('ask for metrics that are told: $name', ({ query }) => {
    const asked = [...query.matchAll(/'(berth\.[a-z_.]+)'/g)].map(([, name = '']) => name);
    expect(metricNames).toEqual(expect.arrayContaining(asked));
    const steps = [...query.matchAll(/'(container [a-z ]+)'/g)].map(([, name = '']) => name);
    expect(Object.values(spans)).toEqual(expect.arrayContaining(steps));
    expect(asked.length + steps.length).toBeGreaterThan(0);
  });

  it('leave no metric unused', () => {
    const text = queries.map(({ query }) => query).join('\n');
    expect(metricNames.filter((name) => !text.includes(`'${name}'`))).toEqual([]);
  });

  it('ask for attributes that are told', async () => {
    const told = await attributesTold();
    const asked = queries.flatMap(({ query }) =>
      [...query.matchAll(/customDimensions\.(\w+)/g)].map(([, name = '']) => name),
    );
    expect(asked.filter((name) => !told.has(name))).toEqual([]);
  });

  it('take metrics from customMetrics and spans from dependencies', () => {
    const wrong = queries.filter(({ query }) => {
      const table = query.trim().split('\n')[0];
      return query.includes("'berth.") ? table !== 'customMetrics' : table !== 'dependencies';
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });
});
