import { describe, expect, it } from 'vitest';
import { accuracyOf, mcnemarExact, newcombePaired } from '../../benchmarks/statistics';
import { seeded } from '../../random';
import { tooFewToBeatChance, tooFewToCompare } from './too-few';

/** Items of which `both`, only the first, only the second and neither model had right. */
const compared = (both: number, lost: number, won: number, neither: number) => ({
  mean: (won - lost) / (both + lost + won + neither),
  interval: newcombePaired(both, lost, won, neither),
  ...{ lost, won, p: mcnemarExact(lost, won) },
});

describe('too few items', () => {
  it('to tell two models apart are said, with how many would do', () => {
    const few = tooFewToCompare(40, compared(20, 5, 3, 12))!;
    expect(few.message).toContain('40 items cannot tell a difference of 5.0 points');
    expect(few.message).toContain(String(few.needed));
    expect(tooFewToCompare(400, compared(200, 90, 30, 80))).toBeUndefined();
  });

  it('where no difference shows at all, a large one could hide', () => {
    expect(tooFewToCompare(20, compared(10, 1, 1, 8))!.message).toContain('No difference shows in 20 items');
    expect(tooFewToCompare(5000, compared(2500, 20, 20, 2460))).toBeUndefined();
  });

  it('to beat guessing are said too', () => {
    expect(tooFewToBeatChance(accuracyOf(9, 30), 0.25)!.message).toContain('from guessing, 25.0%');
    expect(tooFewToBeatChance(accuracyOf(25, 30), 0.25)).toBeUndefined();
    expect(tooFewToBeatChance(accuracyOf(1, 30), 0)).toBeUndefined(); // nothing is to be had by guessing
  });

  it('as many as are named do find a difference that is real, four times of five', () => {
    const { needed } = tooFewToCompare(100, compared(50, 14, 6, 30))!;
    const random = seeded(11);
    let found = 0;
    for (let run = 0; run < 400; run++) {
      let [lost, won] = [0, 0];
      for (let i = 0; i < needed; i++) {
        const r = random();
        if (r < 0.14) lost++;
        else if (r < 0.2) won++;
      }
      if (compared(needed - lost - won, lost, won, 0).p < 0.05) found++;
    }
    expect(found / 400).toBeGreaterThan(0.74);
    expect(found / 400).toBeLessThan(0.86);
  });
});
