import { type Browser, chromium } from 'playwright-core';

/** Debian's; another is named by CHROMIUM. */
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** `ctfd.test` is this machine, and, unlike 127.0.0.1, no secure context: a CTFd on plain http. */
export function launchBrowser(): Promise<Browser> {
  const args = ['--no-sandbox', '--host-resolver-rules=MAP ctfd.test 127.0.0.1'];
  return chromium.launch({ executablePath, args });
}
