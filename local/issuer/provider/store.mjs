// The store of oidc-provider: sessions, grants, codes and refresh tokens. They are in memory and,
// so that sessions outlive a restart, in one file. Access tokens are signed and not stored.
import { keptJSON, replace } from "./kept.mjs";

/** A stored record, and when it expires, in ms. @typedef {{payload: any, expires: number}} Entry */

/**
 * Returns oidc-provider's adapter factory over the file.
 *
 * @param {string} path
 */
export function storeIn(path) {
  /** @type {Map<string, Entry>} */
  const entries = new Map(Object.entries(keptJSON(path, () => ({}))));
  const isLive = (entry) => entry !== undefined && entry.expires > Date.now();
  const save = () => {
    for (const [key, entry] of entries) if (!isLive(entry)) entries.delete(key);
    replace(path, JSON.stringify(Object.fromEntries(entries)));
  };
  return (model) => new Model(`${model}:`, entries, isLive, save);
}

/** The records of one model. Its methods are those that oidc-provider calls. */
class Model {
  #prefix;
  #entries;
  #isLive;
  #save;

  constructor(prefix, entries, isLive, save) {
    this.#prefix = prefix;
    this.#entries = entries;
    this.#isLive = isLive;
    this.#save = save;
  }

  async upsert(id, payload, expiresIn) {
    this.#entries.set(this.#prefix + id, { payload, expires: Date.now() + expiresIn * 1000 });
    this.#save();
  }

  async find(id) {
    const entry = this.#entries.get(this.#prefix + id);
    return this.#isLive(entry) ? entry.payload : undefined;
  }

  async findByUid(uid) {
    for (const [key, entry] of this.#entries) {
      if (key.startsWith(this.#prefix) && entry.payload.uid === uid && this.#isLive(entry)) return entry.payload;
    }
    return undefined;
  }

  async consume(id) {
    const payload = await this.find(id);
    if (!payload) return;
    payload.consumed = Math.floor(Date.now() / 1000);
    this.#save();
  }

  async destroy(id) {
    this.#entries.delete(this.#prefix + id);
    this.#save();
  }

  async revokeByGrantId(grantId) {
    for (const [key, { payload }] of this.#entries) {
      if (key.startsWith(this.#prefix) && payload.grantId === grantId) this.#entries.delete(key);
    }
    this.#save();
  }
}
