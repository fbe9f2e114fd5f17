/** Lists of dropped layers that LLM-Drop keeps in a model's config.json (https://github.com/CASE-Lab-UMD/LLM-Drop). */
import * as v from 'valibot';
import { invalid, maybe } from './config-keys';
import { type Sublayer, sublayerIndex } from './units';

const index = v.pipe(v.number(), v.integer(), v.minValue(0));
const List = maybe(v.union([v.array(index), v.array(v.boolean())]));

const KEYS = v.object({ drop_attn_list: List, drop_mlp_list: List });

/** The sublayers that a config lists as dropped: blocks by number, or true for each that is. Throws `config-invalid`. */
export function listedAsDropped(config: Readonly<Record<string, unknown>>, blocks: number): Sublayer[] {
  const parsed = v.safeParse(KEYS, config);
  if (!parsed.success) {
    throw invalid(
      `${v.getDotPath(parsed.issues[0])} is neither a list of block numbers nor one of true and false`,
      'Take it out, or write the blocks whose layer is dropped, counted from 0.',
    );
  }
  const of = (list: v.InferOutput<typeof List>, kind: Sublayer['kind']): Sublayer[] =>
    (list ?? []).flatMap((entry, i) =>
      entry === false ? [] : [{ block: entry === true ? i : (entry as number), kind }],
    );
  const all = [...of(parsed.output.drop_attn_list, 'attn'), ...of(parsed.output.drop_mlp_list, 'ffn')];
  const beyond = all.find(({ block }) => block >= blocks);
  if (beyond) {
    throw invalid(
      `it lists ${beyond.kind} ${beyond.block} as dropped, and has ${blocks} blocks`,
      'Take the list out, or write blocks that are there.',
    );
  }
  return all.sort((a, b) => sublayerIndex(a) - sublayerIndex(b));
}

/** "attn:1,ffn:3", as `--drop` takes it. */
export const formatList = (sublayers: readonly Sublayer[]): string =>
  sublayers.map(({ block, kind }) => `${kind}:${block}`).join(',');
