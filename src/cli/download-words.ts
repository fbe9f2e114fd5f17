import type { HubLook } from '../lab/contract';

/** Bytes as disks are sold: 13.5 GB. */
export function size(bytes: number): string {
  const [unit, name] = bytes >= 1e9 ? [1e9, 'GB'] : bytes >= 1e6 ? [1e6, 'MB'] : [1e3, 'kB'];
  const value = bytes / unit;
  return `${value.toFixed(value < 10 || unit === 1e9 ? 1 : 0)} ${name}`;
}

/** What is about to be downloaded, how much of it is here already, and whether there is room. */
export function downloadWords({ facts, bytes, held, room }: HubLook, folder: string): string {
  const left = bytes - held;
  const before = held > 0 ? ` (${size(held)} of ${size(bytes)} is here already)` : '';
  const short = room !== undefined && room < left ? ` There is room for only ${size(room)}.` : '';
  return `Downloading ${size(left)} of ${facts.id} to ${folder}${before}; broken off, it goes on from there.${short}`;
}
