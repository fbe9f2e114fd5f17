import { beforeAll, describe, expect, it, vi } from 'vitest';
import { FULL, without } from '../../engine/branch';
import type { EngineContract } from '../../engine/contract';
import { openFolder } from '../../formats/node';
import { openDawn } from '../../gpu/dawn';
import type { GenerateEvent } from '../contract';
import { delegating } from '../place/budget';
import { openDevice } from '../place/device';
import { loadModel, type OpenModel, readModel } from '../place/model';
import { hasData, readJson, STORIES } from '../testing';
import { continuePrompt, type GenerateSettings } from './generate';

describe.skipIf(!hasData)('writing on with stories260K', () => {
  const reference = hasData ? readJson(`${STORIES}/reference.json`) : undefined;
  let model: OpenModel;
  let device: Awaited<ReturnType<typeof openDevice>>;
  beforeAll(async () => {
    device = await openDevice(await openDawn());
    model = await loadModel(device, await readModel(await openFolder(STORIES), {}), {});
  });
  const write = (prompt: readonly number[], more: Partial<GenerateSettings>, engine: EngineContract = model.engine) =>
    continuePrompt(engine, [FULL], prompt, {
      maxTokens: 200,
      temperature: 0,
      seed: 0,
      eosIds: [],
      tokenizer: model.tokenizer!,
      ...more,
    });

  it('the 200 greedy tokens are the reference’s, one by one', async () => {
    const { branches } = await write([1], { maxTokens: 199 });
    expect([1, ...branches[0]!.ids]).toEqual(reference.greedy_from_bos_200);
    expect(branches[0]!.stopped).toBe('length');
  });

  it('shows ten candidates a step, likeliest first, the greedy choice at their head', async () => {
    const events: GenerateEvent[] = [];
    await write(reference.ids, { maxTokens: 5, onToken: (e) => events.push(e) });
    const last: number[] = reference.logits.at(-1);
    expect(events[0]!.id).toBe(last.indexOf(Math.max(...last)));
    const sum = last.reduce((a, z) => a + Math.exp(z), 0);
    for (const { top, id } of events) {
      expect(top).toHaveLength(10);
      expect(top[0]!.id).toBe(id);
      expect(top.map((t) => t.probability)).toEqual(top.map((t) => t.probability).sort((a, b) => b - a));
    }
    for (const { id, probability, text } of events[0]!.top) {
      expect(probability).toBeCloseTo(Math.exp(last[id]!) / sum, 4);
      expect(text).toBe(model.tokenizer!.tokenText(id));
    }
  });

  it('stops at an end token and keeps it out of the text', async () => {
    const [, first, second] = reference.greedy_from_bos_200;
    const { branches } = await write([1], { eosIds: [second] });
    const text = model.tokenizer!.decode([1, first]);
    expect(branches[0]).toMatchObject({ stopped: 'end', ids: [first, second], text });
  });

  it.each([
    ['plain', false],
    ['a step ahead', true],
  ])('a cancelled generation frees its cache, and the next one is as ever, %s', async (_, ahead) => {
    const control = new AbortController();
    const before = model.engine.memory().cache;
    let told = 0;
    const onToken = () => {
      if (++told === 3) control.abort();
    };
    const asked = write([1], { signal: control.signal, onToken }, going(ahead));
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
    expect(told).toBe(3);
    expect(model.engine.memory().cache).toBe(before);
    const { branches } = await write([1], { maxTokens: 5 }, going(ahead));
    expect([1, ...branches[0]!.ids]).toEqual(reference.greedy_from_bos_200.slice(0, 6));
  });

  /** As a card has it, or as a processor. */
  const going = (ahead: boolean): EngineContract => ({
    ...delegating(model.engine),
    decoder: (branch, prompts, newTokens, options) =>
      model.engine.decoder(branch, prompts, newTokens, { ...options, ahead: ahead && options?.greedy }),
  });

  /** Two models side by side: what is told of each token, and how many steps had been submitted by then. */
  async function watched(ahead: boolean, more: Partial<GenerateSettings>) {
    const events: GenerateEvent[] = [];
    const submitted: number[] = [];
    const submit = vi.spyOn(device.gpu.device.queue, 'submit');
    let read = 0;
    const engine = going(ahead);
    const counting: EngineContract = {
      ...engine,
      async decoder(...asked) {
        const decoder = await engine.decoder(...asked);
        read = submit.mock.calls.length;
        return decoder;
      },
    };
    const report = await continuePrompt(counting, [FULL, without([3])], [1], {
      ...{ maxTokens: 6, temperature: 0, seed: 4, eosIds: [], tokenizer: model.tokenizer! },
      ...more,
      onToken: (event) => {
        events.push(event);
        submitted.push(submit.mock.calls.length - read);
      },
    });
    submit.mockRestore();
    return { events, submitted, texts: report.branches.map(({ ids, text, stopped }) => ({ ids, text, stopped })) };
  }

  it('tells of a token when the next is on its way, of two models in turn', async () => {
    const { events, submitted, texts } = await watched(false, {});
    expect(events.map((e) => e.branch)).toEqual(Array.from({ length: 12 }, (_, i) => i % 2));
    // Nothing comes after the last tokens.
    expect(submitted).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10]);
    const drawn = await watched(false, { temperature: 3 });
    expect(drawn.submitted).toEqual(submitted);
    expect(drawn.texts).not.toEqual(texts);
    expect(drawn.texts.map((t) => t.stopped)).toEqual(['length', 'length']);
  });

  it('says the same where each model is a step ahead, and tells the same of it', async () => {
    const [plain, ahead] = [await watched(false, {}), await watched(true, {})];
    // At first this step and the next, then one more, and none after the last.
    expect(ahead.submitted).toEqual([2, 4, 5, 6, 7, 8, 9, 10, 10, 10, 10, 10]);
    expect(ahead.events).toEqual(plain.events);
    expect(ahead.texts).toEqual(plain.texts);
    const eosIds = [plain.texts[0]!.ids[3]!];
    const [ended, endedAhead] = [await watched(false, { eosIds }), await watched(true, { eosIds })];
    expect(ended.texts[0]).toMatchObject({ stopped: 'end', ids: plain.texts[0]!.ids.slice(0, 4) });
    expect(endedAhead.texts).toEqual(ended.texts);
    expect(endedAhead.events).toEqual(ended.events);
  });

  it.each([false, true])('ends with the context, ahead: %s', async (ahead) => {
    const prompt = Array.from({ length: model.engine.model.context - 4 }, (_, i) => 1 + ((7 * i) % 500));
    const { branches } = await write(prompt, { maxTokens: 9 }, going(ahead));
    expect(branches[0]).toMatchObject({ stopped: 'context' });
    expect(branches[0]!.ids).toHaveLength(4);
    expect(branches[0]!.stepMilliseconds).toHaveLength(3);
  });
});
