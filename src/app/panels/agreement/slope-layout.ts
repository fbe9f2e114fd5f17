/** Two metrics' orders of the same units, and how far each unit moves between them. Pure. */

/** A unit's place in either order, from 1, the first to go. */
export interface Slope {
  /** Its index in `unitsOf`. */
  readonly unit: number;
  readonly left: number;
  readonly right: number;
}

/**
 * The places of all units that have a value in both, by the left order. Ascending values, ties by index, as removal has
 * it.
 */
export function slopesOf(left: readonly number[], right: readonly number[]): Slope[] {
  const units = left.map((_, i) => i).filter((i) => Number.isFinite(left[i]) && Number.isFinite(right[i]));
  const [a, b] = [placesOf(units, left), placesOf(units, right)];
  return units.map((unit) => ({ unit, left: a.get(unit)!, right: b.get(unit)! })).sort((x, y) => x.left - y.left);
}

function placesOf(units: readonly number[], values: readonly number[]): Map<number, number> {
  const order = [...units].sort((a, b) => values[a]! - values[b]! || a - b);
  return new Map(order.map((unit, i) => [unit, i + 1]));
}

/** The units that move furthest, most first; none that stays where it is. */
export const furthest = (slopes: readonly Slope[], count: number): Slope[] =>
  slopes
    .filter((s) => s.left !== s.right)
    .sort((a, b) => Math.abs(b.left - b.right) - Math.abs(a.left - a.right) || a.unit - b.unit)
    .slice(0, count);

/** "1st", "2nd", "23rd". */
export function ordinal(n: number): string {
  const teen = n % 100 >= 11 && n % 100 <= 13;
  return `${n}${teen ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')}`;
}
