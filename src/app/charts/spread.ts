/**
 * Moves labels apart: places as near to the wanted ones as they can be with `gap` between them, in the same order, within
 * `low` to `high`; nearer together than `gap` only where there is no room for all.
 */
export function spread(wanted: readonly number[], gap: number, low: number, high: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
  const step = Math.min(gap, wanted.length > 1 ? (high - low) / (wanted.length - 1) : gap);
  // Labels that touch become a group, centred on what its members want; groups that then touch become one.
  const groups: { members: number[]; at: number }[] = [];
  for (const i of order) {
    let group = { members: [i], at: clamp(wanted[i]!, low, high) };
    for (let last = groups.at(-1); last && endOf(last, step) + step > group.at; last = groups.at(-1)) {
      groups.pop();
      const members = [...last.members, ...group.members];
      const centre = members.reduce((sum, m) => sum + wanted[m]!, 0) / members.length;
      const length = (members.length - 1) * step;
      group = { members, at: clamp(centre - length / 2, low, high - length) };
    }
    groups.push(group);
  }
  const places = new Array<number>(wanted.length);
  for (const { members, at } of groups) for (const [k, i] of members.entries()) places[i] = at + k * step;
  return places;
}

const endOf = (group: { members: number[]; at: number }, step: number) => group.at + (group.members.length - 1) * step;
const clamp = (x: number, low: number, high: number) => Math.max(low, Math.min(high, x));
