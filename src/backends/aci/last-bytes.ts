/** The last `bytes` bytes of a text in UTF-8, without the rest of a character that was cut. */
export function lastBytes(text: string, bytes: number): string {
  const whole = Buffer.from(text);
  if (whole.length <= bytes) return text;
  let start = whole.length - bytes;
  while (start < whole.length && isContinuation(whole[start])) start += 1;
  return whole.subarray(start).toString();
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
