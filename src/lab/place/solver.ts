import { LopperError } from '../../errors';
import type { Solve } from '../../pruning/programme';

/**
 * HiGHS in WebAssembly, 3.5 MB that nothing but a plan needs. `wasm`: its address, where it does not lie beside its script.
 * Throws `file-missing` where it cannot be had.
 */
export async function openSolver(wasm?: string): Promise<Solve> {
  try {
    const { default: load } = await import('highs');
    const highs = await load(wasm === undefined ? {} : { locateFile: () => wasm });
    return (programme) => {
      const { Status, Columns } = highs.solve(programme);
      if (Status !== 'Optimal') return undefined;
      return new Map(Object.entries(Columns).map(([name, { Primal }]) => [name, Primal ?? 0]));
    };
  } catch (cause) {
    throw new LopperError(
      'file-missing',
      'The solver of integer programmes, which ships with Lopper, could not be loaded.',
      'Check the connection and reload the page; in Node, run npm ci.',
      { cause },
    );
  }
}
