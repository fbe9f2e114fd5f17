/** Models as people have them: what public reports name, each read rightly, noted, or refused in a sentence that fits. */
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { LopperError } from '../errors';
import { DATA, job, testLab } from './testing';

const FIELD = `${DATA}/field`;
const has = existsSync(FIELD);
if (!has) console.log(`skipped: ${FIELD} is not here`);
const expected: Record<string, { loss: number | null }> = has
  ? JSON.parse(readFileSync(`${FIELD}/expect.json`, 'utf8'))
  : {};

/** What is said of those that cannot be run as they are: a part of the message, and of the remedy. */
const REFUSED: Record<string, [message: string, remedy: string]> = {
  'rope-scaling-no-type': ['rope_scaling has a factor of 4 and no type', 'Add its "rope_type"'],
  'pruned-not-renumbered': [
    'none numbered 1, but 3: blocks were taken out and the others were not renumbered',
    'drop those',
  ],
  'gptq-unsaid': ['The weights are quantised (GPTQ or AWQ, by the name of', 'quantised from'],
  'lfs-tokenizer-folder': ['tokenizer.json is a git-LFS pointer', 'git lfs pull'],
  'adapter-folder': ['is an adapter (LoRA), not a whole model', 'Merge it into its base model first'],
  'onnx-only-folder': ['has its weights as ONNX only', 'safetensors'],
  'no-vocab-size': ['config.json: vocab_size is missing.', 'Get config.json again'],
};

/** Losses that the list lacks, as transformers 5.18 has them in double precision. */
const LOSSES: Record<string, number> = { 'sliding-mix-qwen2': 3.586685030164187 };

/** What a person is told of those that are run. */
const NOTED: Record<string, string> = {
  'llmdrop-lists-mistral': 'config.json lists layers as dropped, as LLM-Drop does: attn:1,attn:2.',
  'tied-true-other-head-llama': 'another is stored (lm_head.weight): it is used',
  // The vocabulary is a few words: what it has none for is lost, and said.
  'wordlevel-unknown': 'The tokenizer does not give every text back as it was: "The cat sat on the mat."',
  'split-merged-with-previous': 'The tokenizer does not give every text back',
  'added-single-word': 'The tokenizer does not give every text back',
  'untied-said-no-head': 'no lm_head.weight is stored: the embedding is used',
};

describe.skipIf(!has)('a model from the field', () => {
  const { lab } = testLab();
  afterAll(() => lab.close());
  const open = (name: string) => lab.open({ kind: 'folder', path: `${FIELD}/${name}` }, job());
  const ids = has ? JSON.parse(readFileSync(`${FIELD}/ids.json`, 'utf8')) : [];

  it.each(Object.keys(REFUSED))('%s is refused, with a way out that fits', async (name) => {
    const error = (await open(name).catch((e) => e)) as LopperError;
    expect(error).toBeInstanceOf(LopperError);
    const [message, remedy] = REFUSED[name]!;
    expect(error.message).toContain(message);
    expect(error.remedy).toContain(remedy);
  });

  it.each(Object.keys(expected).filter((name) => !(name in REFUSED)))('%s has the loss it should', async (name) => {
    const report = await open(name);
    const notes = (report.notes ?? []).join(' ');
    if (NOTED[name]) expect(notes).toContain(NOTED[name]);
    else expect(notes).toBe('');
    const text = `${FIELD}/${name}/text.txt`;
    const calibration = existsSync(text) ? { text: readFileSync(text, 'utf8'), seqLen: 16 } : { ids };
    const dropped = name === 'llmdrop-lists-mistral' ? [1, 2].map((block) => ({ block, kind: 'attn' as const })) : [];
    const [score] = await lab.score({ calibration, masks: [dropped] }, job());
    const want = expected[name]!.loss ?? LOSSES[name]!;
    expect(Math.abs(score!.loss - want) / want).toBeLessThan(1e-4);
  });
});
