import type { Failure } from '../../lab/contract';
import { toFailure } from './failure';
import { lab } from './jobs';

/** Where the browser keeps tokens, by host, if a person asks for that. */
const KEY = 'lopper-tokens';

/** Hosts that a token was given for since the page was opened. */
const given = new Set<string>();

function kept(): Record<string, string> {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return found !== null && typeof found === 'object' ? (found as Record<string, string>) : {};
  } catch {
    return {}; // storage that is closed to the page, or was written by another
  }
}

function keep(tokens: Record<string, string>): void {
  try {
    if (Object.keys(tokens).length === 0) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, JSON.stringify(tokens));
  } catch {
    // then it goes with the tab
  }
}

const originOf = (host: string): string => (URL.canParse(host) ? new URL(host).origin : host);

/** Whether a token of a host is at hand, and whether the browser keeps it. */
export const tokenOf = (host: string): 'kept' | 'given' | undefined =>
  originOf(host) in kept() ? 'kept' : given.has(originOf(host)) ? 'given' : undefined;

/** Hands the tokens that the browser keeps to the lab: once, when the page begins. */
export async function recallTokens(): Promise<void> {
  for (const [host, token] of Object.entries(kept())) {
    await lab()
      .useToken(host, token)
      .catch(() => undefined); // written by another hand: forgotten where the next is given
  }
}

/** Takes an access token of a host; `inBrowser`: also for the next visit. What was wrong with it comes back. */
export async function giveToken(host: string, token: string, inBrowser: boolean): Promise<Failure | undefined> {
  try {
    await lab().useToken(host, token);
  } catch (error) {
    return toFailure(error);
  }
  const { [originOf(host)]: _, ...others } = kept();
  keep(inBrowser ? { ...others, [originOf(host)]: token.trim() } : others);
  given.add(originOf(host));
  return undefined;
}

/** Forgets the token of a host, here and in the browser. */
export async function forgetToken(host: string): Promise<void> {
  const { [originOf(host)]: _, ...others } = kept();
  keep(others);
  given.delete(originOf(host));
  await lab().useToken(host, undefined);
}
