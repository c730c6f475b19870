// Numbers and bytes that a seed decides: the same in the browser and in Node.

/** Gives numbers from 0 up to 1: the same ones for the same words. */
export function randomOf(...words: (string | number)[]): () => number {
  let state = hashOf(words.join("/"));
  return () => (state = xorshift(state)) / 2 ** 32;
}

/** A file's bytes, which the seed and its number decide. */
export function bytesOf(seed: number, index: number, size: number): Uint8Array<ArrayBuffer> {
  const numbers = new Uint32Array(Math.ceil(size / 4));
  let state = hashOf(`${seed}/bytes/${index}`);
  for (let i = 0; i < numbers.length; i++) numbers[i] = state = xorshift(state);
  return new Uint8Array(numbers.buffer, 0, size);
}

/** Marsaglia's 32-bit xorshift: good enough for tests, and quick. */
function xorshift(state: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state >>> 0;
}

/** FNV-1a, mixed: words that differ little give numbers that differ much. Never 0, which xorshift keeps. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0 || 1;
}
