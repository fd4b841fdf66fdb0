import { z } from 'zod';
import type { FunctionDefinition } from './function-definition.ts';
import { encodeMessage, type MessageEncoding } from './message-encoding.ts';
import type { InvocationResponse, RpcTypedData } from './programming-model.ts';
import type { OpenQueue } from './storage-connection.ts';

const RETURN_BINDING = '$return';

/** Sends what a function left in its queue outputs; of a list, each element is a message of its own. */
export async function sendQueueOutputs(
  { queueOutputs }: FunctionDefinition,
  response: InvocationResponse,
  openQueue: OpenQueue,
  encoding: MessageEncoding,
): Promise<void> {
  for (const output of queueOutputs) {
    const data =
      output.bindingName === RETURN_BINDING
        ? response.returnValue
        : response.outputData?.find(({ name }) => name === output.bindingName)?.data;
    const queue = openQueue(output);
    for (const message of messagesIn(data)) await queue.send(encodeMessage(message, encoding));
  }
}

function messagesIn(data: RpcTypedData | null | undefined): (string | Uint8Array)[] {
  if (!data) return [];
  if (typeof data.json === 'string') return messagesInJson(data.json);
  const single = data.bytes ?? data.string ?? data.int ?? data.double;
  if (single === null || single === undefined) return [];
  return [typeof single === 'number' ? String(single) : single];
}

function messagesInJson(json: string): string[] {
  const list = z.array(z.unknown()).safeParse(JSON.parse(json));
  if (!list.success) return [json];
  return list.data.map((element) => (typeof element === 'string' ? element : JSON.stringify(element)));
}
