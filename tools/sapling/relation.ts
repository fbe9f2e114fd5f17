/** One relation of the fact tables: pairs of entity and value, and the ways to ask for and to state them. */
export interface Relation {
  subject: string;
  name: string;
  /** Wordings with {x} for the entity; the answer is the value. */
  questions: string[];
  /** Plain statements with {x} and {y}. */
  statements: string[];
  pairs: [string, string][];
}

/** Rows of a table written as lines of `a|b|c`; empty cells stay empty. */
export function rows(table: string): string[][] {
  return table
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()));
}

/** Entity and value from two columns, rows with an empty cell left out. */
export function pairs(table: string[][], from: number, to: number): [string, string][] {
  return table.filter((row) => row[from] && row[to]).map((row) => [row[from]!, row[to]!]);
}

/** Pairs written as `entity:value` with commas between; for short entries. */
export function list(text: string): [string, string][] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean)
    .map((entry) => {
      const cut = entry.indexOf(':');
      return [entry.slice(0, cut).trim(), entry.slice(cut + 1).trim()];
    });
}

export function swap(all: [string, string][]): [string, string][] {
  return all.map(([a, b]) => [b, a]);
}
