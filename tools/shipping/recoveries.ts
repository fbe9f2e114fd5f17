/** What stands in for dropped layers of Sapling, and what it is worth, beforehand. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MENDED, MENDERS } from '../../src/app/words/lessons/mend';
import type { Calibration, RecoverReport } from '../../src/lab/contract';
import { readShippedDetails, type ShippedRecovery, shippedDetailsFile } from '../../src/lab/files/shipped-file';
import { evaluate } from '../../src/lab/jobs/evaluate';
import { recover } from '../../src/lab/jobs/recover';
import { parseDropList } from '../../src/pruning/drop-list';
import { ofMask } from './named';
import type { Place } from './place';
import type { KeptWork } from './work';

/** Tokens a window. */
const SEQ_LEN = 128;
/** Every second window judges what was fitted on the others, as on the page. */
const HELD_OUT = 0.5;

/** Each mask of the lesson with each of its stand-ins, fitted on one half of the text and measured on both. */
export async function measureRecoveries(place: Place, work: KeptWork, root: string): Promise<ShippedRecovery[]> {
  const found: ShippedRecovery[] = [];
  for (const { drop, source, tasks } of MENDED) {
    const text = await readFile(join(root, 'public', source), 'utf8');
    const calibration: Calibration = { text, seqLen: SEQ_LEN };
    const dropped = parseDropList(drop);
    const by: ShippedRecovery['by'] = [];
    let last: RecoverReport | undefined;
    for (const { method, rank } of MENDERS) {
      const name = `recovery of ${drop} on ${source}, ${method}${rank ? ` ${rank}` : ''}`;
      const request = { calibration, heldOut: HELD_OUT, dropped, method, ...(rank && { rank }) };
      const report = await work.get(name, () => place.run(recover, request, name));
      const asked = [];
      for (const task of tasks) {
        const masks = [[], { dropped, modules: report.modules }];
        const ask = () => place.run(evaluate, { task, masks }, `${task}, ${name}`);
        const { items: _, ...answers } = await work.get(`${task}, ${name}`, ask);
        asked.push(ofMask(answers));
      }
      by.push({ method, ...(rank && { rank }), loss: both(report.loss.recovered), ...(asked[0] && { tasks: asked }) });
      last = report;
    }
    if (!last) continue;
    const { full, pruned } = last.loss;
    found.push({ drop, source, tokens: last.tokens as [number, number], full: both(full), pruned: both(pruned), by });
  }
  return found;
}

const both = ([fitted, held = Number.NaN]: readonly [number, number?]): [number, number] => [
  Number(fitted.toFixed(5)),
  Number(held.toFixed(5)),
];

/** Puts them into a file of details that is there, and leaves all else as it is. */
export async function shipRecoveries(file: string, recoveries: readonly ShippedRecovery[]): Promise<void> {
  const details = readShippedDetails(await readFile(file, 'utf8'), file);
  await writeFile(file, shippedDetailsFile({ ...details, recoveries: [...recoveries] }));
}
