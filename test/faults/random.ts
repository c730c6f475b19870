// Pseudo-random numbers and bytes. They are the same in the browser and in Node.js.

/** Returns a generator of numbers from 0 up to 1, which are the same for the same seeds. */
export function randomOf(...seeds: (string | number)[]): () => number {
  let state = hashOf(seeds.join("/"));
  return () => (state = xorshift(state)) / 2 ** 32;
}

/** The bytes of the file with this index. */
export function bytesOf(seed: number, index: number, size: number): Uint8Array<ArrayBuffer> {
  const numbers = new Uint32Array(Math.ceil(size / 4));
  let state = hashOf(`${seed}/bytes/${index}`);
  for (let i = 0; i < numbers.length; i++) numbers[i] = state = xorshift(state);
  return new Uint8Array(numbers.buffer, 0, size);
}

/** Marsaglia's 32-bit xorshift: fast, and good enough for tests. */
function xorshift(state: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state >>> 0;
}

/**
 * FNV-1a, mixed further, so that similar texts have different hashes. It is never 0, which xorshift
 * maps to 0.
 */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0 || 1;
}
