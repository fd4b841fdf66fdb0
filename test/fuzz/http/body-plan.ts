import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { applyEdits, type Edit, edit } from '../edits.ts';

const tricks = [
  'plain',
  '__proto__',
  'constructor.prototype',
  'duplicate keys',
  'trailing comma',
  'byte order mark',
  'in an array',
  'two values',
  'comment',
  'not a number',
  'cut short',
] as const;
type Trick = (typeof tricks)[number];

const encodings = ['utf16le', 'latin1', 'gzip', 'invalid UTF-8', 'overlong UTF-8', 'base64'] as const;
type Encoding = (typeof encodings)[number];

/** A body, told shortly even where it is megabytes long. */
export type BodyPlan =
  | { readonly is: 'none' }
  | { readonly is: 'json'; readonly value: unknown; readonly edits: readonly Edit[]; readonly trick: Trick }
  | { readonly is: 'encoded'; readonly value: unknown; readonly encoding: Encoding }
  | {
      readonly is: 'nested';
      readonly open: '[' | '{"a":' | '[{"spec":';
      readonly depth: number;
      readonly closed: boolean;
    }
  | { readonly is: 'members'; readonly key: string; readonly member: string; readonly count: number }
  | { readonly is: 'long'; readonly key: string; readonly unit: string; readonly times: number }
  | { readonly is: 'bytes'; readonly base64: string };

/** Bodies around values that an operation takes. */
export function bodyPlan(values: fc.Arbitrary<unknown>, keys: readonly string[]): fc.Arbitrary<BodyPlan> {
  const edits = fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 5, arbitrary: fc.array(edit, { minLength: 1, maxLength: 3 }) },
  );
  const json = fc.record({
    is: fc.constant('json' as const),
    value: values,
    edits,
    trick: fc.oneof(
      { weight: 12, arbitrary: fc.constant('plain' as const) },
      { weight: 8, arbitrary: fc.constantFrom(...tricks) },
    ),
  });
  const nested = fc.record({
    is: fc.constant('nested' as const),
    open: fc.constantFrom('[' as const, '{"a":' as const, '[{"spec":' as const),
    depth: fc.oneof(fc.integer({ min: 100, max: 12_000 }), fc.constantFrom(10_000, 25_000, 100_000)),
    closed: fc.boolean(),
  });
  const long = fc.record({
    is: fc.constant('long' as const),
    key: fc.constantFrom('x', ...keys),
    unit: fc.constantFrom('x', '\u4e00', '\\ud800', '[],', ' '),
    times: fc.oneof(fc.integer({ min: 1000, max: 90_000 }), fc.constantFrom(262_144, 350_000, 1_048_577)),
  });
  const members = fc.record({
    is: fc.constant('members' as const),
    key: fc.constantFrom('x', ...keys),
    member: fc.constantFrom('1', '{}', '[]', `{"message":"${'\u4e00'.repeat(300)}"}`),
    count: fc.constantFrom(65, 800, 5000),
  });
  return fc.oneof(
    { weight: 20, arbitrary: json },
    { weight: 1, arbitrary: members },
    { weight: 1, arbitrary: fc.constant({ is: 'none' as const }) },
    {
      weight: 2,
      arbitrary: fc.record({
        is: fc.constant('encoded' as const),
        value: values,
        encoding: fc.constantFrom(...encodings),
      }),
    },
    { weight: 1, arbitrary: nested },
    { weight: 1, arbitrary: long },
    {
      weight: 1,
      arbitrary: fc.record({
        is: fc.constant('bytes' as const),
        base64: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('base64')),
      }),
    },
  );
}

function textOf(value: unknown): string {
  return JSON.stringify(value) ?? '';
}

function intoObject(text: string, member: string): string {
  if (!text.startsWith('{')) return text;
  return text === '{}' ? `{${member}}` : `{${member},${text.slice(1)}`;
}

function withDuplicates(text: string): string {
  const first = /^\{("(?:[^"\\]|\\.)*":)/.exec(text)?.[1];
  return first === undefined ? text : `${text.slice(0, -1)},${first}"again"}`;
}

function tricked(text: string, trick: Trick): string {
  switch (trick) {
    case 'plain':
      return text;
    case '__proto__':
      return intoObject(text, '"__proto__":{"role":"admin","all":true,"dryRun":false,"toString":1}');
    case 'constructor.prototype':
      return intoObject(text, '"constructor":{"prototype":{"role":"admin"}}');
    case 'duplicate keys':
      return withDuplicates(text);
    case 'trailing comma':
      return text.replace(/[}\]]$/, ',$&');
    case 'byte order mark':
      return `\ufeff${text}`;
    case 'in an array':
      return `[${text}]`;
    case 'two values':
      return `${text}\n${text}`;
    case 'comment':
      return `/* */${text}`;
    case 'not a number':
      return text.replace(/\d+/, 'NaN');
    case 'cut short':
      return text.slice(0, Math.floor(text.length / 2));
  }
}

function encoded(text: string, encoding: Encoding): Buffer {
  switch (encoding) {
    case 'utf16le':
    case 'latin1':
      return Buffer.from(text, encoding);
    case 'gzip':
      return gzipSync(text);
    case 'invalid UTF-8':
      return Buffer.concat([
        Buffer.from(text.slice(0, -1)),
        Buffer.from([0xff, 0xfe, 0xc3]),
        Buffer.from(text.slice(-1)),
      ]);
    case 'overlong UTF-8':
      return Buffer.from(text.replaceAll('"', '\u00c0\u00a2'), 'latin1');
    case 'base64':
      return Buffer.from(Buffer.from(text).toString('base64'));
  }
}

const closers = { '[': ']', '{"a":': '}', '[{"spec":': '}]' } as const;

function membersOf(key: string, member: string, count: number): string {
  const all = Array.from({ length: count }, (_, index) => `"k${index}":${member}`);
  return `{"${key}":{${all.join(',')}}}`;
}

/** The bytes of a plan. `spare` has the last word on JSON, for what would rightly be done to others. */
export function bodyBytes(plan: BodyPlan, spare: (text: string) => string): Buffer {
  switch (plan.is) {
    case 'none':
      return Buffer.alloc(0);
    case 'json':
      return Buffer.from(spare(tricked(textOf(applyEdits(plan.value, plan.edits)), plan.trick)));
    case 'encoded':
      return encoded(spare(textOf(plan.value)), plan.encoding);
    case 'nested':
      return Buffer.from(
        plan.open.repeat(plan.depth) + (plan.closed ? `1${closers[plan.open].repeat(plan.depth)}` : ''),
      );
    case 'members':
      return Buffer.from(membersOf(plan.key, plan.member, plan.count));
    case 'long':
      return Buffer.from(`{"${plan.key}":"${plan.unit.repeat(plan.times)}"}`);
    case 'bytes':
      return Buffer.from(plan.base64, 'base64');
  }
}
