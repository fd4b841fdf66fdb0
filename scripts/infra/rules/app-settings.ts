import { z } from 'zod';
import type { Deployment } from '../snapshot.ts';
import { ofType } from './resources.ts';

const Settings = z.object({ properties: z.record(z.string(), z.string()) });

/** Stands for what only Azure knows. */
const placeholders = [
  { asked: /\.clientId\b/, value: '00000000-0000-4000-8000-0000000000c1' },
  { asked: /\.primaryEndpoints\.blob\b/, value: 'https://example.blob.core.windows.net/' },
  { asked: /\.primaryEndpoints\.queue\b/, value: 'https://example.queue.core.windows.net/' },
  { asked: /\.primaryEndpoints\.table\b/, value: 'https://example.table.core.windows.net/' },
  { asked: /\.loginServer\b/, value: 'example.azurecr.io' },
  { asked: /\.ConnectionString\b/, value: 'InstrumentationKey=00000000-0000-4000-8000-0000000000d1' },
] as const;

export function isExpression(text: string): boolean {
  return text.startsWith('[') && !text.startsWith('[{') && text.endsWith(']');
}

function resolved(text: string): string {
  if (!isExpression(text)) return text;
  return placeholders.find(({ asked }) => asked.test(text))?.value ?? text;
}

/** The app settings as the templates write them. */
export function appSettings(deployment: Deployment): Readonly<Record<string, string>> {
  const configs = ofType(deployment, 'Microsoft.Web/sites/config').filter(({ name }) => name.endsWith('/appsettings'));
  return Object.assign({}, ...configs.map((config) => Settings.parse(config).properties));
}

/** The same as the app would see them: with what Azure fills in. */
export function resolvedSettings(deployment: Deployment): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(appSettings(deployment)).map(([name, text]) => [name, resolved(text)]));
}
