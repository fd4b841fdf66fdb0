import type { Prices } from '../service/manage-shapes.ts';

const sizes: Readonly<Record<string, { readonly cpu: number; readonly memoryGb: number } | undefined>> = {
  small: { cpu: 1, memoryGb: 1.5 },
  medium: { cpu: 2, memoryGb: 4 },
  large: { cpu: 4, memoryGb: 16 },
};

/** US dollars an hour; undefined while the size is not a number, or is the service's own. */
export function hourlyCost(size: string, cpu: string, memoryGb: string, prices: Prices): number | undefined {
  const known = size === 'custom' ? { cpu: Number(cpu), memoryGb: Number(memoryGb) } : sizes[size];
  if (!known || !(known.cpu > 0) || !(known.memoryGb > 0)) return undefined;
  return known.cpu * prices.cpuHour + known.memoryGb * prices.gbHour;
}
