import { LopperError } from '../errors';
import type { ForeignText, Reading } from './format';
import { blocksFrom } from './lists';

/**
 * The table that PruneMe writes (https://github.com/arcee-ai/PruneMe, layer_distances.csv): distances between the outputs of
 * two blocks. Its `block_start` is the first block after the one, counted from 0, and `block_end` the first that stays: its
 * own example has row 21, 29 become the ranges [0, 21] and [29, 32]. The row of the least distance counts.
 */
export function readPruneMe({ text, json }: ForeignText, blocks: number): readonly Reading[] | undefined {
  const [head, ...lines] = text.trim().split(/\r?\n/);
  if (json !== undefined || head?.trim() !== 'block_start,block_end,average_distance') return undefined;
  const rows = lines.map((line, i) => {
    const [from, to, distance] = line.split(',').map((cell) => (cell.trim() === '' ? Number.NaN : Number(cell)));
    if (Number.isInteger(from) && Number.isInteger(to) && from! > 0 && from! < to! && Number.isFinite(distance)) {
      return { from: from!, to: to!, distance: distance! };
    }
    throw new LopperError(
      'mask-invalid',
      `Line ${i + 2} of PruneMe’s table is "${line.slice(0, 60)}".`,
      'Give the file that layer_similarity.py wrote.',
    );
  });
  return [...rows]
    .sort((a, b) => a.distance - b.distance)
    .map(({ from, to, distance }) => ({
      as: `prune-me-${from}`,
      what: `PruneMe’s blocks ${from} to ${to - 1}, counted from 0, a distance of ${distance.toPrecision(4)}`,
      mask: () =>
        blocksFrom(
          Array.from({ length: Math.min(to - from, blocks + 1) }, (_, i) => from + i),
          0,
          blocks,
        ),
    }));
}
