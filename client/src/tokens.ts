/** Gives the caller's token, a new one if `refresh` is true because the API has refused the last. */
export type TokenSource = (options: { refresh: boolean }) => string | Promise<string>;

/** The caller's tokens: a refresh is asked for once, whoever waits for it. */
export interface Tokens {
  /** A token, and what to say when the API refuses it. */
  get(): Promise<{ token: string; renewals: number }>;
  /** The token that comes after one that was refused. */
  renew(renewals: number): Promise<string>;
}

export function newTokens(source: TokenSource): Tokens {
  let renewals = 0;
  let renewed: Promise<string> | undefined;
  return {
    get: async () => {
      await renewed?.catch(() => {}); // those who renew it hear of that
      const before = renewals;
      return { token: await source({ refresh: false }), renewals: before };
    },
    renew: (before) => {
      // Of several that were refused together, the first renews it for all.
      if (before === renewals) {
        renewals++;
        renewed = (async () => source({ refresh: true }))();
      }
      return renewed!;
    },
  };
}
