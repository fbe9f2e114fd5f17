import { describe, expect, it } from 'vitest';
import type { BenchmarkSet } from '../../lab/contract';
import { offeredTasks, taskOptions } from './offered';
import { withItems } from './own-items';

const set = (task: string, tasks: readonly string[], here = true): BenchmarkSet => ({
  ...{ task, tasks, title: task, licence: 'MIT', source: '', items: 9 },
  ...(here && { here: { items: 9, of: 9, examples: 0, origins: [] } }),
});
const values = (groups: ReturnType<typeof taskOptions>) => groups.map((g) => g.options.map((o) => o.value));
const bundled = ['school', 'school_math', 'school_letters', 'mmlu-lopper', 'gsm8k-lopper'];

describe('the tasks that are offered', () => {
  it('are those that ship, the official sets on this machine, and one’s own file', () => {
    expect(values(taskOptions(offeredTasks({ officialSets: [] })))).toEqual([bundled]);
    const ownItems = { name: 'mine.jsonl', text: '' };
    const officialSets = [set('mmlu', ['mmlu', 'mmlu_cloze']), set('piqa', ['piqa'], false)];
    expect(values(taskOptions(offeredTasks({ officialSets, ownItems })))).toEqual([
      bundled,
      ['mmlu', 'mmlu_cloze'],
      ['own'],
    ]);
  });

  it('name the one that a result was measured on, whether its items are here or not', () => {
    const offered = offeredTasks({ officialSets: [] });
    expect(values(taskOptions(offered, 'school'))).toEqual([bundled]);
    const groups = taskOptions(offered, 'mmlu');
    expect(groups.at(-1)).toEqual({ title: 'Named by a result', options: [{ value: 'mmlu', text: 'MMLU' }] });
  });

  it('ask one’s own items from the file that was given', () => {
    const ownItems = { name: 'mine.jsonl', text: 'line' };
    expect(withItems({ ownItems }, { task: 'own', limit: 3 })).toEqual({ task: 'own', limit: 3, data: [ownItems] });
    expect(withItems({ ownItems }, { task: 'school' })).toEqual({ task: 'school' });
    expect(withItems({}, { task: 'own' })).toEqual({ task: 'own' });
  });
});
