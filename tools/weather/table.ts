/** One kind of weather, and what came of it. */
export interface Row {
  readonly what: string;
  readonly ended: string;
  /** What should not have been; empty where all was well. */
  readonly faults: readonly string[];
}

/** Faults that are shown of a row. */
const SHOWN = 5;

/** The rows as a table, faults beneath. */
export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map(({ what, ended, faults }) => [
    what,
    ended,
    faults.length === 0 ? 'well' : `${faults.length} faults`,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column]!.length)));
  const lines = cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  const faults = rows.flatMap(({ what, faults: found }) =>
    found.length === 0 ? [] : ['', `${what}:`, ...found.slice(0, SHOWN).map((fault) => `  ${fault}`)],
  );
  return [...lines, ...faults].join('\n');
}
