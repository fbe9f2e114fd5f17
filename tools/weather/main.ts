/**
 * `npm run weather`: what the field does to a program, done on purpose and counted. Not part of `npm test`.
 * `npm run weather -- inputs=1000 downloads=20`: fewer of each; a stage left out of the list is not run.
 */
import { isMainThread } from 'node:worker_threads';
import { weatherOfDevices } from './devices';
import { weatherOfDownloads } from './downloads';
import { readInThread, weatherOfInputs } from './inputs';
import { weatherOfPage } from './page';
import { type Row, tableOf } from './table';

/** Stages, and how many of each: inputs of all kinds together, downloads, jobs that lose their device (all), toggles of a layer. */
const USUAL: Readonly<Record<string, number>> = { inputs: 10_000, downloads: 100, devices: 1, page: 1000 };

const USAGE = `npm run weather -- [STAGE[=COUNT] ...]

Without a STAGE: ${Object.entries(USUAL)
  .map(([stage, count]) => `${stage}=${count}`)
  .join(' ')}`;

export async function main(args: readonly string[], root: string): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(USAGE);
    return 0;
  }
  const asked = args.length > 0 ? readArguments(args) : USUAL;
  const here = new URL(import.meta.url);
  const stages: Readonly<Record<string, (count: number) => Promise<Row[]>>> = {
    inputs: (count) => weatherOfInputs(count, root, here),
    downloads: weatherOfDownloads,
    devices: () => weatherOfDevices(root),
    page: (count) => weatherOfPage(count, root),
  };
  const rows: Row[] = [];
  const began = performance.now();
  for (const [stage, count] of Object.entries(asked)) {
    console.error(`${stage} …`);
    rows.push(...((await stages[stage]?.(count)) ?? []));
  }
  console.log(tableOf(rows));
  const faults = rows.reduce((sum, row) => sum + row.faults.length, 0);
  console.log(`\n${faults} faults in ${((performance.now() - began) / 60_000).toFixed(1)} minutes.`);
  return faults > 0 ? 1 : 0;
}

function readArguments(args: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    args.map((arg) => {
      const [, stage = '', count] = /^([a-z]+)(?:=(\d+))?$/.exec(arg) ?? [];
      const usual = USUAL[stage];
      if (usual === undefined)
        throw new Error(`"${arg}" is none of ${Object.keys(USUAL).join(', ')}, with =COUNT or without.`);
      return [stage, count === undefined ? usual : Number(count)];
    }),
  );
}

if (!isMainThread) void readInThread();
