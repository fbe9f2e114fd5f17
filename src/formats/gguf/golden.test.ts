/** Files made and judged by a reader of its own kind, in Python: ../shared/oracle/gguf.py. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Dtype, widen } from '../dtypes';
import { fileSource, openFolder } from '../node';
import { loadTokenizer, parseTokenizer } from '../tokenizer';
import { readContainer } from './container';
import { ggufFiles } from './files';

const FOLDER = '../shared/data/models/gguf';
const here = existsSync(FOLDER);
if (!here) console.log(`skipped: ${FOLDER} is not here`);
const NAMES = here ? readdirSync(FOLDER).filter((file) => /\.golden\.json$/.test(file)) : [];

interface Golden {
  readonly types: Readonly<Record<string, number>>;
  readonly corners: Readonly<Record<string, readonly number[]>>;
  readonly tokenizer: readonly { readonly text: string; readonly ids: readonly number[]; readonly special?: boolean }[];
}

describe.skipIf(!here).each(NAMES.map((file) => [file.replace('.golden.json', '')]))('%s', (name) => {
  const golden = JSON.parse(readFileSync(`${FOLDER}/${name}.golden.json`, 'utf8')) as Golden;
  const parts = readdirSync(FOLDER).filter((file) => file.startsWith(`${name}.`) || file.startsWith(`${name}-0`));
  const files = parts.filter((file) => file.endsWith('.gguf')).sort();

  it('the first and last four numbers of every matrix, and how many tensors there are of each type', async () => {
    const types: Record<string, number> = {};
    const seen = new Map<string, number[]>();
    for (const file of files) {
      const { tensors } = await readContainer(await fileSource(`${FOLDER}/${file}`));
      for (const { name, dtype, source, start, end } of tensors) {
        types[dtype] = (types[dtype] ?? 0) + 1;
        const values = Array.from(widen(await source.read(start, end), dtype as Dtype));
        seen.set(name, [...values.slice(0, 4), ...values.slice(-4)]);
      }
    }
    expect(types).toEqual(golden.types);
    for (const [matrix, corners] of Object.entries(golden.corners)) {
      for (const [i, value] of corners.entries()) {
        expect(Math.abs(seen.get(matrix)![i]! - value), `${matrix} ${i}`).toBeLessThan(
          2e-6 * Math.max(1, Math.abs(value)),
        );
      }
    }
  });

  it('the ids that its tokenizer gives', async () => {
    const model = ggufFiles(await openFolder(FOLDER), files[0]!);
    const [tokenizer, config] = await Promise.all([model.text('tokenizer.json'), model.text('tokenizer_config.json')]);
    const reading = parseTokenizer({ tokenizer, config });
    const opened = (await loadTokenizer(model))!;
    // Special tokens in a text are not read where a text is only a text.
    const json = JSON.parse(tokenizer);
    const added = json.added_tokens.filter((token: { special: boolean }) => !token.special);
    const plain = parseTokenizer({ tokenizer: JSON.stringify({ ...json, added_tokens: added, post_processor: null }) });
    for (const { text, ids, special = true } of golden.tokenizer) {
      expect((special ? reading : plain).encode(text), text).toEqual(ids);
      if (special) expect(opened.encode(text), text).toEqual(ids);
    }
  });
});

const STORIES = '../shared/data/models/stories260K';

it.skipIf(!existsSync(`${STORIES}-gguf`))(
  'a trained model’s tokenizer gives the ids of the one beside its safetensors',
  async () => {
    const inside = ggufFiles(await openFolder(`${STORIES}-gguf`), 'stories260K-f32.gguf');
    const [own, published] = await Promise.all([loadTokenizer(inside), loadTokenizer(await openFolder(STORIES))]);
    for (const text of [
      'Once upon a time, there was a little girl.',
      'Lily & Ben\n\n"café" 日本 ',
      '  two  spaces',
      '1 2 345',
    ]) {
      expect(own!.encode(text, { bos: true })).toEqual(published!.encode(text, { bos: true }));
      expect(own!.decode(own!.encode(text))).toBe(published!.decode(published!.encode(text)));
    }
    expect([own!.bosId, own!.eosIds]).toEqual([1, [2]]);
  },
);
