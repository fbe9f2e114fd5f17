import { beforeAll, describe, expect, it } from 'vitest';
import { FULL } from '../../engine/branch';
import type { EngineContract } from '../../engine/contract';
import { openFolder } from '../../formats/node';
import { openDawn } from '../../gpu/dawn';
import type { GenerateEvent } from '../contract';
import { openDevice } from '../place/device';
import { loadModel, type OpenModel, readModel } from '../place/model';
import { hasData, readJson, STORIES } from '../testing';
import { continuePrompt, type GenerateSettings } from './generate';

describe.skipIf(!hasData)('writing on with stories260K', () => {
  const reference = hasData ? readJson(`${STORIES}/reference.json`) : undefined;
  let model: OpenModel;
  beforeAll(async () => {
    const device = await openDevice(await openDawn());
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

  it('a cancelled generation frees its cache', async () => {
    const control = new AbortController();
    const before = model.engine.memory().cache;
    const onToken = () => control.abort();
    await expect(write([1], { signal: control.signal, onToken })).rejects.toMatchObject({ code: 'cancelled' });
    expect(model.engine.memory().cache).toBe(before);
  });
});
