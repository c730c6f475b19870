import { ApiError } from "./errors.ts";

/**
 * Gives the user's token. `refresh` is true if the API has refused the last one: then it must give
 * a new one.
 */
export type TokenSource = (options: { refresh: boolean }) => string | Promise<string>;

/** Makes a request with a token, and again with a new one if the API refuses the first. */
export type WithToken = <T>(ask: (token: string) => Promise<T>) => Promise<T>;

/** However many requests are refused together, the source is asked for one new token. */
export function newTokens(source: TokenSource): WithToken {
  let renewals = 0;
  let renewed: Promise<string> | undefined;
  return async (ask) => {
    await renewed?.catch(() => {}); // the requests that share the renewal see its error
    const before = renewals;
    try {
      return await ask(await source({ refresh: false }));
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      if (before === renewals) {
        renewals++;
        renewed = (async () => source({ refresh: true }))();
      }
      return ask(await renewed!);
    }
  };
}
