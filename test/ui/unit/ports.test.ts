import { describe, expect, it } from 'vitest';
import { hourlyCost } from '../../../ctfd/ui/src/form/hourly-cost.ts';
import { faultOf, newPort, parsePorts, writePorts } from '../../../ctfd/ui/src/form/port-list.ts';

const web = { label: 'Website', port: '80', protocol: 'http', template: '' } as const;

describe('the list of ports in the form', () => {
  it('is read and written without a change', () => {
    const source =
      '[{"label":"Website","port":80,"protocol":"http"},{"port":22,"protocol":"ssh","template":"ssh {host}"}]';
    expect(writePorts(parsePorts(source) ?? [])).toBe(source);
  });

  it.each(['{}', '7', 'ports', '[1]', '[{"port":"80","protocol":"http"}]', '[{"port":80,"protocol":"gopher"}]'])(
    'is not read from %s',
    (source) => {
      expect(parsePorts(source)).toBeUndefined();
    },
  );

  it('is empty where nothing is saved', () => {
    expect(parsePorts(' ')).toEqual([]);
  });

  it('is sent as it was written while it is wrong, so that CTFd can say so', () => {
    expect(writePorts([{ ...web, port: 'eighty' }])).toBe('[{"label":"Website","port":"eighty","protocol":"http"}]');
  });

  it.each([
    ['no port', [], { kind: 'none' }],
    ['a new one', [newPort], { kind: 'invalid' }],
    ['0', [{ ...web, port: '0' }], { kind: 'invalid' }],
    ['65536', [{ ...web, port: '65536' }], { kind: 'invalid' }],
    ['the same twice', [web, { ...web, protocol: 'tcp' }], { kind: 'twice', port: '80' }],
    ['the same for udp', [web, { ...web, protocol: 'udp' }], undefined],
  ] as const)('has a fault with %s', (_what, ports, fault) => {
    expect(faultOf(ports)).toEqual(fault);
  });
});

describe('the cost of a size', () => {
  const prices = { cpuHour: 0.04, gbHour: 0.005 };

  it.each([
    ['small', '', '', 0.0475],
    ['large', '9', '9', 0.24],
    ['custom', '0.5', '2', 0.03],
  ])('%s', (size, cpu, memory, cost) => {
    expect(hourlyCost(size, cpu, memory, prices)).toBeCloseTo(cost, 6);
  });

  it.each([
    ['', '1', '1'],
    ['custom', '', '1'],
    ['custom', 'x', '1'],
    ['custom', '1', '-1'],
  ])('is not known of %j with %j and %j', (size, cpu, memory) => {
    expect(hourlyCost(size, cpu, memory, prices)).toBeUndefined();
  });
});
