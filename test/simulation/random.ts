/** One stream of pseudo-random numbers (sfc32): the same seed gives the same run on every machine. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number, stream = '') {
    let hash = 2166136261 ^ seed;
    for (const character of stream) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619);
    this.#a = hash | 0;
    this.#b = seed | 0;
    this.#c = Math.imul(seed, 2654435761) | 0;
    for (let i = 0; i < 12; i += 1) this.fraction();
  }

  /** In [0, 1). */
  fraction(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4294967296;
  }

  chance(probability: number): boolean {
    return probability > 0 && this.fraction() < probability;
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  pick<T>(list: readonly T[]): T {
    const one = list[Math.floor(this.fraction() * list.length)];
    if (one === undefined) throw new Error('nothing to pick from');
    return one;
  }

  /** An outcome by weight; the weights need not sum to 1. */
  weighed<T extends string>(weights: Readonly<Record<T, number>>): T {
    const entries: [T, number][] = [];
    for (const name in weights) entries.push([name, weights[name]]);
    let left = this.fraction() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) {
      left -= weight;
      if (left < 0) return name;
    }
    throw new Error('no outcome has any weight');
  }

  letters(length: number): string {
    let text = '';
    for (let i = 0; i < length; i += 1)
      text += 'abcdefghijklmnopqrstuvwxyz0123456789'[Math.floor(this.fraction() * 36)];
    return text;
  }
}
