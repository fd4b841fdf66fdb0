import { z } from 'zod';

export const logLevel = z.enum(['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none']);
export type LogLevel = z.infer<typeof logLevel>;

export const logEntry = z.object({
  level: logLevel,
  /** 'user' is what the app logs, 'system' what `@azure/functions` logs, 'host' what this host says. */
  category: z.string(),
  message: z.string(),
  functionName: z.string().optional(),
  invocationId: z.string().optional(),
});
export type LogEntry = z.infer<typeof logEntry>;

/** Where everything goes that the host and the app have to say. */
export type LogSink = (entry: LogEntry) => void;

/** One line for people. */
export function formatLogEntry({ level, message, functionName }: LogEntry, now: Date): string {
  return `${now.toISOString()} ${level} ${functionName === undefined ? '' : `[${functionName}] `}${message}`;
}
