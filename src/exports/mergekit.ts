import { LopperError } from '../errors';
import { shown } from '../json';
import type { Sublayer, SublayerKind } from '../model/units';
import { sublayersOf } from '../model/units';
import { countBlocks, isDropped, type Mask, maskFromSublayers } from '../pruning/mask';
import { keptBlocks, type MaskFormat, placeOf } from './format';
import { ALL_OUTPUTS, outputNames } from './output-names';
import { parseYaml } from './yaml';

/** A mergekit configuration that passes layers through (https://github.com/arcee-ai/mergekit). */
export const mergekit: MaskFormat = {
  title: 'mergekit, a configuration',
  about: 'For mergekit-yaml, which writes the pruned model: runs of kept blocks, from 0, the second end not included.',
  loses:
    'The order in which layers went, and what stands in for them. A sublayer alone keeps its size: its output is scaled by 0.',
  units: 'sublayers',
  extension: 'yml',
  write({ mask, model }) {
    const { attn, ffn } = outputNames(model.modelType);
    const zeroed = (block: number) =>
      [isDropped(mask, { block, kind: 'attn' }) && attn, isDropped(mask, { block, kind: 'ffn' }) && ffn].filter(
        (name) => name !== false,
      );
    const runs: { from: number; to: number; zeroed: readonly string[] }[] = [];
    for (const block of keptBlocks(mask)) {
      const last = runs.at(-1);
      const own = zeroed(block);
      if (last?.to === block && last.zeroed.length === 0 && own.length === 0) last.to++;
      else runs.push({ from: block, to: block + 1, zeroed: own });
    }
    const dtype = model.dtype && MERGEKIT_DTYPES[model.dtype];
    return [
      'slices:',
      ...runs.flatMap(({ from, to, zeroed }) => [
        '  - sources:',
        `      - model: ${JSON.stringify(placeOf(model))}`,
        `        layer_range: [${from}, ${to}]`,
        ...(zeroed.length === 0
          ? []
          : [
              '        parameters:',
              '          scale:',
              ...zeroed.flatMap((name) => [`            - filter: ${name}`, '              value: 0.0']),
              '            - value: 1.0',
            ]),
      ]),
      'merge_method: passthrough',
      ...(dtype ? [`dtype: ${dtype}`] : []),
      '',
    ].join('\n');
  },
  read({ text, json }, blocks) {
    if (json !== undefined || !/^merge_method:\s*["']?passthrough\b/m.test(text)) return undefined;
    const what = `the ranges of blocks that are kept of ${countBlocks(blocks)}, from 0, the second end not included`;
    return [{ as: 'mergekit', what, mask: () => maskOf(text, blocks) }];
  },
};

const MERGEKIT_DTYPES: Readonly<Record<string, string>> = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' };

interface Slice {
  readonly from: number;
  readonly to: number;
  readonly model: string;
  /** Kinds whose output is scaled by 0. */
  readonly zeroed: readonly SublayerKind[];
}

function maskOf(text: string, blocks: number): Mask {
  const slices = slicesOf(text);
  const models = new Set(slices.map(({ model }) => model));
  if (models.size > 1) {
    throw refused(`a mergekit configuration of ${models.size} models`, 'Give one whose layers are all of one model.');
  }
  let at = 0;
  const gone: Sublayer[] = [];
  for (const { from, to, zeroed } of slices) {
    if (from < at || to <= from) {
      throw refused(
        `a mergekit configuration that keeps layers twice or out of their order ([${from}, ${to}] after ${at})`,
        'A mask leaves blocks out and moves none.',
      );
    }
    if (to > blocks) {
      throw new LopperError(
        'mask-mismatch',
        `The mask is for a model of ${countBlocks(to)} or more; the open model has ${blocks}.`,
        'Open the model that the mask was made on, or make a mask on this one.',
      );
    }
    for (; at < from; at++) gone.push(...sublayersOf('block', at));
    for (; at < to; at++) gone.push(...zeroed.map((kind) => ({ block: at, kind })));
  }
  for (; at < blocks; at++) gone.push(...sublayersOf('block', at));
  return maskFromSublayers(blocks, gone);
}

function slicesOf(text: string): Slice[] {
  let config: unknown;
  try {
    config = parseYaml(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw refused(
      `a mergekit configuration that cannot be read (${error.message})`,
      'Write it as mergekit’s README does.',
    );
  }
  if (isMap(config) && config.parameters) {
    throw refused(
      'a mergekit configuration that changes weights (parameters)',
      'Give one that only leaves layers out.',
    );
  }
  const slices = isMap(config) && Array.isArray(config.slices) ? config.slices : [];
  const sources = slices.flatMap((slice): unknown[] => {
    const inner = isMap(slice) && Array.isArray(slice.sources) ? slice.sources : [undefined];
    const shared = isMap(slice) ? slice.parameters : undefined;
    return inner.map((source) => (isMap(source) && shared ? { ...source, parameters: shared } : source));
  });
  if (sources.length === 0) throw noRanges();
  return sources.map((source) => {
    const range: unknown = isMap(source) ? source.layer_range : undefined;
    if (!isMap(source) || !isRange(range)) throw noRanges();
    return {
      ...{ from: range[0], to: range[1], zeroed: zeroedBy(source.parameters) },
      model: typeof source.model === 'string' ? source.model : JSON.stringify(source.model),
    };
  });
}

/** The kinds whose output a source's parameters scale by 0. Throws `mask-invalid` for anything else that they do. */
function zeroedBy(parameters: unknown): SublayerKind[] {
  if (parameters === undefined || parameters === null) return [];
  const scale = isMap(parameters) ? parameters.scale : undefined;
  const others = isMap(parameters) ? Object.keys(parameters).filter((key) => key !== 'scale') : ['parameters'];
  if (others.length > 0) throw changes(others.join(', '));
  if (scale === 1) return [];
  if (!Array.isArray(scale)) throw changes(`scale: ${shown(scale)}`);
  return scale.flatMap((rule): SublayerKind[] => {
    const { filter, value } = isMap(rule) ? rule : {};
    if (value === 1) return [];
    const kind = typeof filter === 'string' ? kindOf(filter) : undefined;
    if (value !== 0 || !kind) throw changes(`scale: ${shown(rule)}`);
    return [kind];
  });
}

/** mergekit takes a filter for a part of a tensor's name. */
function kindOf(filter: string): SublayerKind | undefined {
  if (filter.length < 3) return undefined;
  const [attn, ffn] = (['attn', 'ffn'] as const).map((kind) =>
    ALL_OUTPUTS.some((names) => names[kind].includes(filter)),
  );
  return attn === ffn ? undefined : attn ? 'attn' : 'ffn';
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isRange = (value: unknown): value is [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every((n) => Number.isInteger(n) && n >= 0 && n < 1e6);

const refused = (what: string, remedy: string) =>
  new LopperError('mask-invalid', `This is ${what}: no mask can be made of it.`, remedy);

const changes = (what: string) =>
  refused(
    `a mergekit configuration that changes weights (parameters: ${what})`,
    'Give one that only leaves layers out, or scales an output projection by 0.',
  );

const noRanges = () =>
  refused('a mergekit configuration without ranges that can be read', 'Write each as layer_range: [0, 12].');
