import { expect, it } from 'vitest';
import { describeCost, tellCost } from './cost';
import { Reporter } from './terminal';

const cost = { passes: 12.5, bytes: 3.1e9, seconds: 42 };

it('says passes, bytes and time as people read them', () => {
  expect(describeCost(cost)).toBe(
    'This takes up to 13 passes of the model, 3.10 GB of weights to read and about 42 s on this adapter.',
  );
  expect(describeCost({ passes: 1, bytes: 5.2e6, seconds: 7200 })).toBe(
    'This takes up to 1 pass of the model, 5.2 MB of weights to read and about 2.0 h on this adapter.',
  );
  expect(describeCost({ ...cost, passes: 4.52 })).toContain('up to 4.5 passes');
});

it('says nothing of a short job, of one that cannot be told, or where all is quiet', async () => {
  const told = async (found: typeof cost | undefined, quiet = false) => {
    let text = '';
    const reporter = new Reporter({ write: (more: string) => (text += more) }, quiet);
    await tellCost({ lab: { cost: async () => found } as never, reporter }, 'norms', { calibration: { ids: [] } });
    return text;
  };
  expect(await told(cost)).toMatch(/^This takes up to 13 passes .*\n$/);
  expect(await told({ ...cost, seconds: 2 })).toBe('');
  expect(await told(undefined)).toBe('');
  expect(await told(cost, true)).toBe('');
});
