import { LopperError } from '../errors';

/** An access token of a hub, as it is typed or kept in a file. Throws `usage` for what cannot be one. */
export function readToken(text: string): string {
  const token = text.trim();
  if (/^[\x21-\x7e]{1,1000}$/.test(token)) return token;
  throw new LopperError(
    'usage',
    'That is not an access token: it is empty, too long, or has a space or a letter in it that none has.',
    'Copy it again from the hub’s page of access tokens, whole; those of Hugging Face begin with hf_.',
  );
}

/** Whether a token may be sent to a host: nobody on the way may read it. */
export function isPrivateWay(host: string): boolean {
  const { protocol, hostname } = new URL(host);
  return protocol === 'https:' || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/**
 * `fetch` that shows a token to one host and to no other. Where that host sends a request on to another, as hubs do to where
 * large files lie, the token stays behind: browsers see to that themselves, and in Node `fetchWithLinks` does.
 */
export function withToken(get: typeof fetch, host: string, token: string): typeof fetch {
  const { origin } = new URL(host);
  return (input, init) => {
    const asked = new URL(input instanceof Request ? input.url : input);
    if (asked.origin !== origin) return get(input, init);
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${token}`);
    return get(input, { ...init, headers });
  };
}
