import { expect, it } from 'vitest';
import type { ModelReport } from '../lab/contract';
import { maskFromSublayers } from '../pruning/mask';
import { writeMaskFile } from '../pruning/mask-file';
import { writeEntries } from '../recovery/entries';
import type { Surroundings } from './command';
import { pruningOf } from './pruning';

const model = { id: 'm', architecture: 'LlamaForCausalLM', blocks: 4, width: 3, fingerprint: 'ab' } as ModelReport;
const mask = maskFromSublayers(4, [{ block: 2, kind: 'attn' }]);
const modules = [
  { unit: { kind: 'attn', block: 2 }, module: { strength: 0.5, bias: Float32Array.of(1, 2, 3) } },
] as const;
const files: Readonly<Record<string, string>> = {
  'plain.json': writeMaskFile(mask, model),
  'whole.json': writeMaskFile(mask, model, { recovery: writeEntries(modules, 'mean') }),
};

/** What a command line with these options drops and puts there, and what people are told. */
function asked(options: Record<string, string>) {
  const notes: string[] = [];
  const surroundings = {
    args: { values: new Map(Object.entries(options)) },
    reporter: { note: (text: string) => notes.push(text) },
    path: (name: string) => name,
    readText: async (name: string) => files[name]!,
  } as unknown as Surroundings;
  return { ...pruningOf(surroundings, model), notes };
}

it('a mask file gives its mask, and only as a recovery what stands in', async () => {
  const only = asked({ mask: 'whole.json' });
  expect(await only.pruning()).toEqual(mask.dropped);
  expect(only.notes.join()).toContain('--recovery whole.json uses it');
  expect(await asked({ recovery: 'whole.json' }).pruning()).toEqual({ dropped: mask.dropped, modules });
});

it('a mask that has nothing to stand in, or another than is dropped, is refused', async () => {
  await expect(asked({ recovery: 'plain.json' }).pruning()).rejects.toMatchObject({ code: 'usage' });
  await expect(asked({ recovery: 'whole.json', drop: 'attn:1' }).pruning()).rejects.toMatchObject({
    code: 'mask-mismatch',
  });
});
