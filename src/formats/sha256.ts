import { createSHA256 } from 'hash-wasm';
import { throwIfCancelled } from '../errors';
import type { ByteSource } from './bytes';

const PIECE_BYTES = 4 * 2 ** 20;

/** SHA-256 of a file too large for memory, in hex, piece by piece: Web Crypto takes only whole messages. */
export async function sha256(source: ByteSource, signal?: AbortSignal): Promise<string> {
  const hash = await createSHA256();
  for (let at = 0; at < source.size; at += PIECE_BYTES) {
    throwIfCancelled(signal);
    hash.update(await source.read(at, Math.min(at + PIECE_BYTES, source.size), signal));
  }
  return hash.digest();
}

/** The same of what is in memory; a text as its UTF-8 bytes. */
export async function sha256Of(message: string | ArrayBuffer | Uint8Array): Promise<string> {
  const bytes = typeof message === 'string' ? new TextEncoder().encode(message) : message;
  const digest = await crypto.subtle.digest('SHA-256', bytes as BufferSource);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
