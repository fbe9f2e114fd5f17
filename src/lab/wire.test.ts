import { expose, wrap } from 'comlink';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LopperError } from '../errors';
import { fromFailure, teachWire, toFailure } from './wire';

const far = {
  async count(upTo: number, options: { step: number; onStep?: (n: number, text: string) => void }) {
    for (let n = 0; n <= upTo; n += options.step) options.onStep?.(n, `n is ${n}`);
    return upTo;
  },
  async refuse(): Promise<number> {
    throw new LopperError('prompt-empty', 'The prompt is empty.', 'Write something.');
  },
  async stumble(): Promise<number> {
    throw new TypeError('x is not a function');
  },
};

describe('between page and worker', () => {
  const { port1, port2 } = new MessageChannel();
  const near = wrap<typeof far>(port1);
  beforeAll(() => {
    teachWire();
    expose(far, port2);
  });
  afterAll(() => {
    port1.close();
    port2.close();
  });

  it('callbacks inside options are called with their arguments, in order', async () => {
    const seen: string[] = [];
    let last: () => void;
    const all = new Promise<void>((resolve) => {
      last = resolve;
    });
    const onStep = (n: number, text: string) => {
      seen.push(text);
      if (n === 4) last();
    };
    expect(await near.count(4, { step: 2, onStep })).toBe(4);
    await all;
    expect(seen).toEqual(['n is 0', 'n is 2', 'n is 4']);
  });

  it('options without callbacks arrive as they are', async () => {
    expect(await near.count(4, { step: 2 })).toBe(4);
  });

  it('an error keeps its code and its remedy', async () => {
    const error = await near.refuse().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(LopperError);
    expect(error).toMatchObject({ code: 'prompt-empty', message: 'The prompt is empty.', remedy: 'Write something.' });
  });

  it('a bug stays recognisable as one', async () => {
    const error = await near.stumble().catch((e: unknown) => e);
    expect(error).not.toBeInstanceOf(LopperError);
    expect(toFailure(error)).toMatchObject({ code: 'bug', message: expect.stringContaining('x is not a function') });
    expect(fromFailure(toFailure(new Error('boom'))).message).toContain('boom');
  });
});
