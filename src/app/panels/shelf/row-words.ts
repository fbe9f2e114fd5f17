import { titleOf } from '../../actions/offered';
import type { Tried } from '../../store/shelf';
import { lossChange } from '../../store/verdict';
import { curveName } from '../../words/curve-names';
import { signed, upperFirst } from '../../words/format';
import { droppedWords } from '../../words/units';

/** What a row is called: a person's own name, else what goes. */
export const nameOf = ({ name, mask }: Tried): string => name ?? upperFirst(droppedWords(mask.dropped));

/** "+0.1234", or a dash where the loss is not known. */
export const lossWords = ({ loss }: Tried): string => (loss ? signed(lossChange(loss.full, loss.pruned).change!) : '–');

/** "chosen as attention, greedy by loss"; nothing where it was clicked together. */
export const chosenWords = ({ chosen }: Tried): string | undefined =>
  chosen && `chosen as ${curveName({ report: chosen, request: { seed: chosen.seed } })}`;

/** The tasks that any of the rows was asked, with their titles. */
export const tasksOf = (rows: readonly Tried[]): { readonly task: string; readonly title: string }[] =>
  [...new Set(rows.flatMap(({ results }) => Object.keys(results)))].map((task) => ({ task, title: titleOf(task) }));
