import { describe, expect, it } from 'vitest';
import { blockLine, checkpointAxis, influenceAxis } from './growth-axis';

const at = (...steps: (number | undefined)[]) =>
  steps.map((step, i) => ({ name: `checkpoint-${i}`, step, loss: 1, block: [], attn: [], ffn: [] }));

describe('the axis of checkpoints', () => {
  it('goes by the logarithm of the step, and evenly where a step is not known', () => {
    const { scale, write } = checkpointAxis(at(0, 9, 99), 600);
    expect([0, 1, 2].map(scale.at)).toEqual([0, 0.5, 1].map((x) => expect.closeTo(x)));
    expect(write(1)).toBe('9');
    const named = checkpointAxis(at(0, 9, undefined), 600);
    expect([0, 1, 2].map(named.scale.at)).toEqual([0, 0.5, 1]);
    expect(named.write(2)).toBe('checkpoint-2');
  });

  it('writes the last checkpoint and no two that would touch', () => {
    expect(checkpointAxis(at(1000, 1001, 1002), 600).scale.ticks).toEqual([0, 1, 2]);
    expect(checkpointAxis(at(0, 1000, 1001), 600).scale.ticks).toEqual([0, 2]);
    expect(checkpointAxis(at(5), 600).scale.at(0)).toBe(0.5);
  });
});

describe('the axis of influence', () => {
  it('shows below zero what the model is better without, where it is logarithmic', () => {
    const { scale, write } = influenceAxis('loo-loss', [1, 0.01, 1e-6, 0, -0.5], true);
    expect(scale.at(-0.5)).toBeGreaterThan(0);
    expect(scale.at(-0.5)).toBeLessThan(scale.at(-0.01));
    expect(scale.at(1e-6)).toBeCloseTo(scale.at(0));
    expect(scale.ticks.map(write)).toContain('−0.1');
  });

  it('starts at zero where it is linear', () => {
    const { scale } = influenceAxis('cosine', [1, 0.01, Number.NaN], false);
    expect(scale.at(0)).toBe(0);
  });
});

describe('the lines of blocks', () => {
  it('are told apart by shade or dash, twelve of them, and neighbours by both', () => {
    const lines = Array.from({ length: 12 }, (_, b) => blockLine('attn', b, 12));
    expect(new Set(lines.map((l) => l.stroke)).size).toBe(12);
    for (let b = 1; b < 12; b++) expect(lines[b]!.dash).not.toBe(lines[b - 1]!.dash);
  });
});
