import { describeQueue } from './queue-contract.ts';
import { queueHomes } from './queue-homes.ts';

for (const home of queueHomes) describeQueue(home);
