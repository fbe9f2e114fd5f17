import { FULL } from '../../engine/branch';
import type { EngineContract, RunOptions } from '../../engine/contract';
import { type UnitMeasures, valuesOf } from '../../engine/observers/statistics';
import { LopperError } from '../../errors';
import type { TokenInfluenceReport } from '../contract';
import { observeUnits } from './statics';
import { layOutWindows } from './windows';

type TokenMetric = TokenInfluenceReport['metric'];

/** How to read a metric of every row of a unit. */
const READ: Readonly<Record<TokenMetric, (rows: NonNullable<UnitMeasures['rows']>) => Float32Array>> = {
  cosine: (rows) => rows.turn,
  'relative-l2': (rows) => valuesOf(rows, 'ratio'),
};

/**
 * What every unit does to every token of one text: 1 - cos between what it reads and what it leaves, or |u| / |h|. One
 * pass of the full model. Throws `usage`, `text-too-short`, `prompt-too-long`, `not-finite`.
 */
export async function measureTokens(
  engine: EngineContract,
  ids: readonly number[],
  metric: TokenMetric,
  options: RunOptions,
): Promise<Omit<TokenInfluenceReport, 'tokens'>> {
  const read = Object.hasOwn(READ, metric) ? READ[metric] : undefined;
  if (!read) {
    const message = `There is no metric "${metric}" token by token.`;
    throw new LopperError('usage', message, `Use one of ${Object.keys(READ).join(', ')}.`);
  }
  const { context } = engine.model;
  if (ids.length < 2) {
    const message = `The text is ${ids.length} token${ids.length === 1 ? '' : 's'} long; at least 2 are needed.`;
    throw new LopperError('text-too-short', message, 'Give a longer text.');
  }
  if (ids.length > context) {
    const message = `The text is ${ids.length} tokens long, and the model's context is ${context}.`;
    throw new LopperError('prompt-too-long', message, `Shorten it to ${context} tokens.`);
  }
  const trees = layOutWindows([ids], engine.maxRows);
  const { attn, ffn, block } = await observeUnits(engine, trees, FULL, 'rows', options);
  const tokenwise = (units: readonly UnitMeasures[]) => units.map(({ rows }) => Array.from(read(rows!)));
  return { metric, attn: tokenwise(attn), ffn: tokenwise(ffn), block: tokenwise(block) };
}
