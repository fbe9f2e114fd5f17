import { transferHandlers } from 'comlink';
import { LopperError } from '../errors';
import type { Failure } from './contract';

/** A worker's first word: its script is loaded. */
export const LOADED = 'loaded';

/**
 * What crosses between page and worker besides plain data: callbacks inside an options object, and errors that keep
 * their code and remedy. Comlink by itself proxies only whole arguments and sends only an error's message.
 * To be called once on either side.
 */
export function teachWire(): void {
  transferHandlers.set('callbacks', {
    canHandle: (value): value is object => isPlain(value) && Object.values(value).some((v) => typeof v === 'function'),
    serialize: sendCallbacks,
    deserialize: receiveCallbacks,
  });
  const thrown = transferHandlers.get('throw')!;
  transferHandlers.set('throw', {
    canHandle: thrown.canHandle,
    serialize: (wrapped) => [toFailure((wrapped as { value: unknown }).value), []],
    deserialize(failure: Failure) {
      throw fromFailure(failure);
    },
  });
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Each function becomes a port that carries its arguments; nothing comes back. */
function sendCallbacks(options: object): [object, Transferable[]] {
  const ports: MessagePort[] = [];
  const entries = Object.entries(options).map(([key, value]) => {
    if (typeof value !== 'function') return [key, { value }];
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => value(...data);
    ports.push(port2);
    return [key, { port: port2 }];
  });
  return [Object.fromEntries(entries), ports];
}

function receiveCallbacks(sent: Record<string, { value?: unknown; port?: MessagePort }>): object {
  const entries = Object.entries(sent).map(([key, { value, port }]) => [
    key,
    port ? (...args: unknown[]) => port.postMessage(args) : value,
  ]);
  return Object.fromEntries(entries);
}

/** An error as plain data; one that Lopper did not throw on purpose is a `bug`. */
export function toFailure(error: unknown): Failure {
  if (error instanceof LopperError) return { code: error.code, message: error.message, remedy: error.remedy };
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'bug', message, remedy: 'Please report this, with what you did before it.' };
}

/** The error that `toFailure` came from. */
export function fromFailure({ code, message, remedy }: Failure): Error {
  return code === 'bug' ? new Error(message) : new LopperError(code, message, remedy);
}
