import type { Sequence, TokenTree } from './tree';

interface Node {
  tokens: number[];
  readonly children: Map<number, Node>;
  start: number;
}

const node = (tokens: number[]): Node => ({ tokens, children: new Map(), start: 0 });

/**
 * Packs sequences into a tree: a prefix that several share is stored, and computed, once. Rows are laid out depth
 * first, so that a row comes after every row it sees. Positions count from 0 in each sequence.
 * @param beyond sequences of more rows share nothing with shorter ones: their positions turn otherwise
 */
export function packTokens(sequences: readonly Sequence[], beyond = Number.POSITIVE_INFINITY): TokenTree {
  const [short, long] = [node([]), node([])];
  const rootOf = (ids: readonly number[]) => (ids.length > beyond ? long : short);
  const kept = sequences.map((s) => (s.endIsTarget ? s.ids.slice(0, -1) : s.ids));
  for (const ids of kept) insert(rootOf(ids), ids);

  const ids: number[] = [];
  const positions: number[] = [];
  const chains: { start: number; end: number; parent: number }[] = [];
  const layOut = (n: Node, parent: number, depth: number): void => {
    n.start = ids.length;
    for (const [i, token] of n.tokens.entries()) {
      ids.push(token);
      positions.push(depth + i);
    }
    chains.push({ start: n.start, end: ids.length, parent });
    const self = chains.length - 1;
    for (const child of n.children.values()) layOut(child, self, depth + n.tokens.length);
  };
  for (const root of [short, long]) for (const child of root.children.values()) layOut(child, -1, 0);

  const rows: number[] = [];
  const targets: number[] = [];
  const seen = new Map<number, number>();
  const lastRows: number[] = [];
  const pairs = sequences.map((sequence, s) => {
    const path = pathRows(rootOf(kept[s]), kept[s]);
    lastRows.push(path[path.length - 1] ?? -1);
    const mine = new Uint32Array(Math.max(0, sequence.ids.length - sequence.scoreFrom));
    for (let t = sequence.scoreFrom; t < sequence.ids.length; t++) {
      const row = path[t - 1];
      const key = row * 2 ** 24 + sequence.ids[t];
      let pair = seen.get(key);
      if (pair === undefined) {
        pair = rows.length;
        seen.set(key, pair);
        rows.push(row);
        targets.push(sequence.ids[t]);
      }
      mine[t - sequence.scoreFrom] = pair;
    }
    return mine;
  });
  return {
    rows: ids.length,
    ids: Uint32Array.from(ids),
    positions: Uint32Array.from(positions),
    chains,
    scored: { rows: Uint32Array.from(rows), targets: Uint32Array.from(targets) },
    pairs,
    lastRows,
  };
}

function insert(root: Node, ids: readonly number[]): void {
  let at = root;
  let i = 0;
  while (i < ids.length) {
    const next = at.children.get(ids[i]);
    if (!next) {
      at.children.set(ids[i], node(ids.slice(i)));
      return;
    }
    let same = 0;
    while (same < next.tokens.length && i + same < ids.length && next.tokens[same] === ids[i + same]) same++;
    i += same;
    if (same === next.tokens.length) {
      at = next;
    } else if (i < ids.length) {
      // They part inside this chain: its rest becomes a child, beside the new one.
      const head = node(next.tokens.slice(0, same));
      next.tokens = next.tokens.slice(same);
      head.children.set(next.tokens[0], next);
      at.children.set(head.tokens[0], head);
      at = head;
    }
  }
}

function pathRows(root: Node, ids: readonly number[]): number[] {
  const path: number[] = [];
  let at = root;
  while (path.length < ids.length) {
    at = at.children.get(ids[path.length])!;
    for (let j = 0; j < at.tokens.length && path.length < ids.length; j++) path.push(at.start + j);
  }
  return path;
}
