import { describeTable } from './table-contract.ts';
import { tableHomes } from './table-homes.ts';

for (const home of tableHomes) describeTable(home);
