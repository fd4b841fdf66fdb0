import { importBusyboxImages } from '../../local/example-images.ts';

/** Every behaviour a test needs comes from one image and another command. */
export const testImage = 'berth-test/busybox:1';

/** Answers HTTP on 8080, and says so. */
export const webCommand = ['/bin/sh', '-c', 'echo serving; exec httpd -f -p 8080 -h /srv/www'];
export const failingCommand = ['/bin/sh', '-c', 'echo starting; echo "no configuration" >&2; exit 3'];

export async function importTestImage(socketPath: string): Promise<void> {
  const files = { 'srv/www/index.html': 'hello\n' };
  await importBusyboxImages(socketPath, [{ repository: 'berth-test/busybox', tag: '1', command: webCommand, files }]);
}
