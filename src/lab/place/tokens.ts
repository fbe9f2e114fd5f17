import { checkHost } from '../../formats/hub';
import { readToken } from '../../formats/token';

/** Access tokens by the host that each is of. They are in memory only, and no report, link or file has them. */
export class Tokens {
  readonly #byOrigin = new Map<string, string>();

  /** Throws `usage`. */
  of(host: string): string | undefined {
    return this.#byOrigin.get(originOf(host));
  }

  /** Takes one, or forgets it. Throws `usage` for what is no host or no token. */
  set(host: string, token: string | undefined): void {
    if (token === undefined) this.#byOrigin.delete(originOf(host));
    else this.#byOrigin.set(originOf(host), readToken(token));
  }
}

const originOf = (host: string): string => new URL(checkHost(host)).origin;
