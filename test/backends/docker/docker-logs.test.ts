import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lastOutput } from '../../../src/backends/docker/docker-logs.ts';

function frame(stream: 1 | 2, text: string | Buffer): Buffer {
  const payload = Buffer.from(text);
  const head = Buffer.alloc(8);
  head.writeUInt8(stream, 0);
  head.writeUInt32BE(payload.length, 4);
  return Buffer.concat([head, payload]);
}

describe('the last output', () => {
  test('has both streams, without the frames', () => {
    const output = Buffer.concat([frame(1, 'one\n'), frame(2, 'two\n'), frame(1, ''), frame(1, 'three\n')]);
    expect(lastOutput(output, 100)).toBe('one\ntwo\nthree\n');
    expect(lastOutput(output, 9)).toBe('wo\nthree\n');
    expect(lastOutput(output, 0)).toBe('');
    expect(lastOutput(Buffer.alloc(0), 100)).toBe('');
  });

  test('begins with a whole character', () => {
    const output = frame(1, 'aé€😀');
    expect([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((bytes) => lastOutput(output, bytes))).toEqual([
      '',
      '',
      '',
      '😀',
      '😀',
      '😀',
      '€😀',
      '€😀',
      'é€😀',
      'aé€😀',
    ]);
  });

  test('is never longer than asked for, and always the end', () => {
    const check = (parts: string[], bytes: number): void => {
      const whole = parts.join('');
      const last = lastOutput(Buffer.concat(parts.map((part, i) => frame(i % 2 === 0 ? 1 : 2, part))), bytes);
      expect(Buffer.byteLength(last)).toBeLessThanOrEqual(bytes);
      expect(whole.endsWith(last)).toBe(true);
      if (Buffer.byteLength(whole) <= bytes) expect(last).toBe(whole);
    };
    const text = fc.string({ unit: 'binary' }).filter((part) => part.isWellFormed());
    fc.assert(fc.property(fc.array(text), fc.integer({ min: 0, max: 60 }), check));
  });

  test('of a cut answer is what there is', () => {
    expect(lastOutput(frame(1, 'hello').subarray(0, 10), 100)).toBe('he');
    expect(lastOutput(Buffer.concat([frame(1, 'a'), Buffer.from([1, 0, 0])]), 100)).toBe('a');
  });

  test('of something that is no output is an error', () => {
    expect(() => lastOutput(Buffer.from('plain text, no frames'), 100)).toThrow(/not understood/);
  });
});
