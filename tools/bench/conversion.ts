import { LopperError } from '../../src/errors';
import type { ExportTarget } from '../../src/exports/checkpoint/target';
import { writeCheckpoint } from '../../src/exports/checkpoint/write';
import type { ModelFiles } from '../../src/formats/bytes';
import { readableConfig } from '../../src/model/config';
import { maskFromSublayers } from '../../src/pruning/mask';
import { patternedConfigText, patternedModel } from '../check/patterned-model';
import { SEVEN_B, watchProcess } from './streaming';

export interface ConversionResult {
  readonly bytes: number;
  readonly seconds: number;
  /** Of the process, bytes at most above what it had before; absent in a page. */
  readonly processPeak?: number;
}

/** Writes a pruned checkpoint of a made-up 7B to nowhere, a module in the place of a layer beside it: what that takes at most. */
export async function measureConversion(): Promise<ConversionResult> {
  const [spec, tensors] = patternedModel(SEVEN_B);
  const configText = patternedConfigText(SEVEN_B);
  const missing = (file: string) => new LopperError('file-missing', `There is no ${file}.`, 'None is needed.');
  const files: ModelFiles = {
    id: 'made up',
    has: async () => false,
    text: async (file) => Promise.reject(missing(file)),
    open: async (file) => Promise.reject(missing(file)),
  };
  let bytes = 0;
  const nowhere: ExportTarget = {
    create: async () => ({
      async write(piece) {
        bytes += piece.length;
      },
      close: async () => {},
    }),
    finish: async () => {},
    abandon: async () => {},
  };
  const mask = maskFromSublayers(spec.blocks, [
    { block: 20, kind: 'attn' },
    { block: 20, kind: 'ffn' },
    { block: 24, kind: 'attn' },
  ]);
  const bias = Float32Array.from({ length: spec.width }, (_, i) => Math.sin(i));
  const numbers = Float32Array.from({ length: 8 * spec.width }, (_, i) => Math.sin(i) / spec.width);
  const module = { strength: 1, bias, map: { rank: 8, a: numbers, b: numbers } };
  const process = watchProcess();
  const started = performance.now();
  try {
    const base = { files, spec, tensors, config: readableConfig(configText), configText };
    await writeCheckpoint({ base, mask, modules: [{ unit: { kind: 'attn', block: 24 }, module }] }, nowhere);
    const seconds = (performance.now() - started) / 1000;
    return { bytes, seconds, ...(process && { processPeak: process.peak() - process.before }) };
  } finally {
    process?.stop();
  }
}
