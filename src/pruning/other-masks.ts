/** Masks as other tools write them, read for the model that is open. What one says beside its blocks is noted. */
import { LopperError } from '../errors';
import { listedAsDropped } from '../model/drop-lists';
import { type Sublayer, sublayersOf } from '../model/units';
import { countBlocks, type Mask, maskFromSublayers } from './mask';

/** A mask of another tool. */
export interface OtherMask {
  readonly mask: Mask;
  /** What a person should know of how it was read. */
  readonly note: string;
}

/** The mask of parsed JSON that another tool wrote; undefined where it is none that is known. Throws `mask-mismatch` and `mask-invalid`. */
export function maskOfOtherJson(json: unknown, blocks: number): OtherMask | undefined {
  if (Array.isArray(json)) return blockList(json, blocks);
  if (json === null || typeof json !== 'object') return undefined;
  if ('drop_attn_list' in json || 'drop_mlp_list' in json) return llmDrop(json as Record<string, unknown>, blocks);
  return undefined;
}

/** `[1, 3]`: removed blocks, as SLEB, ShortGPT and llama.cpp name them. */
function blockList(list: readonly unknown[], blocks: number): OtherMask | undefined {
  if (list.length === 0 || !list.every((n): n is number => Number.isInteger(n) && (n as number) >= 0)) return undefined;
  const mask = maskFromSublayers(
    blocks,
    list.flatMap((block) => sublayersOf('block', block)),
  );
  return { mask, note: 'A list of numbers: they were taken for blocks to drop, counted from 0.' };
}

/** The keys that LLM-Drop writes into config.json (https://github.com/CASE-Lab-UMD/LLM-Drop). */
function llmDrop(config: Record<string, unknown>, blocks: number): OtherMask {
  const counted = config.num_hidden_layers;
  if (typeof counted === 'number' && counted !== blocks) throw otherModel(counted, blocks);
  const mask = maskFromSublayers(blocks, listedAsDropped(config, blocks));
  return { mask, note: 'A config.json of LLM-Drop: its lists of dropped layers were taken.' };
}

const LAYER_RANGE = /^[ \t-]*layer_range:\s*\[\s*(\d{1,6})\s*,\s*(\d{1,6})\s*\]\s*(?:#.*)?$/;

/**
 * The mask of a mergekit configuration that passes layers through (https://github.com/arcee-ai/mergekit): what no
 * `layer_range` keeps is dropped. Undefined for any other text. Throws `mask-invalid` for one that does more than leave
 * blocks out, and `mask-mismatch` for ranges beyond the model.
 */
export function maskOfMergekit(text: string, blocks: number): OtherMask | undefined {
  const lines = text.split('\n').map((line) => line.trimEnd());
  if (!lines.some((line) => /^merge_method:\s*["']?passthrough\b/.test(line))) return undefined;
  if (lines.some((line) => /^[\s-]*(parameters|scale|weight|density|tokenizer_source):/.test(line))) {
    throw refused(
      'a mergekit configuration that changes weights (parameters)',
      'Give one that only leaves layers out.',
    );
  }
  const models = new Set(lines.flatMap((line) => /^[\s-]*model:\s*(.+)$/.exec(line)?.[1] ?? []));
  if (models.size > 1) {
    throw refused(`a mergekit configuration of ${models.size} models`, 'Give one whose layers are all of one model.');
  }
  const ranges = lines.flatMap((line) => {
    const [, from, to] = LAYER_RANGE.exec(line) ?? [];
    return from === undefined ? [] : [{ from: Number(from), to: Number(to) }];
  });
  if (ranges.length === 0 || ranges.length !== lines.filter((line) => /layer_range:/.test(line)).length) {
    throw refused('a mergekit configuration without ranges that can be read', 'Write each as layer_range: [0, 12].');
  }
  let at = 0;
  for (const { from, to } of ranges) {
    if (from < at || to <= from) {
      throw refused(
        `a mergekit configuration that keeps layers twice or out of their order ([${from}, ${to}] after ${at})`,
        'A mask leaves blocks out and moves none.',
      );
    }
    at = to;
  }
  if (at > blocks) throw otherModel(at, blocks);
  const gone: Sublayer[] = [];
  for (let block = 0; block < blocks; block++) {
    if (!ranges.some(({ from, to }) => block >= from && block < to)) gone.push(...sublayersOf('block', block));
  }
  const note = `A mergekit configuration: what none of its ranges keeps of ${countBlocks(blocks)} was dropped.`;
  return { mask: maskFromSublayers(blocks, gone), note };
}

const otherModel = (file: number, open: number) =>
  new LopperError(
    'mask-mismatch',
    `The mask is for a model of ${countBlocks(file)} or more; the open model has ${open}.`,
    'Open the model that the mask was made on, or make a mask on this one.',
  );

const refused = (what: string, remedy: string) =>
  new LopperError('mask-invalid', `This is ${what}: no mask can be made of it.`, remedy);
