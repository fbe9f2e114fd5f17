import { expect, it } from 'vitest';
import { USUAL_READING } from '../contract/reading';
import { appraise, type Means } from './appraise';

const means: Means = { limit: 2 ** 31, room: 8 * 2 ** 30, rate: 1e12 };
const of = (repo: string, more?: Partial<Means>) =>
  appraise({ ...means, ...more }).find((model) => model.repo === repo)!;

const LLAMA = 'meta-llama/Llama-2-7b-hf';
/** Parameters of its layers and of its head. */
const LAYERS = 6_476_267_520;
const HEAD = 32_000 * 4096;

it('a model stays where it fits, and is streamed where it does not', () => {
  const { fits } = of(LLAMA);
  expect([fits.published.fits, fits.q8.fits, fits.q4.fits]).toEqual(['streamed', 'resident', 'resident']);
});

it('a loss takes two operations a weight and token; leave-one-out about half a pass for each layer', () => {
  const { q4 } = of(LLAMA).fits;
  const pass = (2 * 2048 * (LAYERS + HEAD)) / 1e12;
  expect(q4.loss! / pass).toBeCloseTo(1, 3);
  expect(q4.leaveOneOut! / pass).toBeGreaterThan(30);
  expect(q4.leaveOneOut! / pass).toBeLessThan(36);
});

it('streamed weights take no less than it takes to read them, at the pace that was measured', () => {
  const fast = { rate: 1e15 };
  const { published } = of(LLAMA, fast).fits;
  expect(published.loss).toBeCloseTo(published.bytes / USUAL_READING, 0);
  expect(of(LLAMA, { ...fast, reading: 1e9 }).fits.published.loss).toBeCloseTo(published.bytes / 1e9, 1);
});

it('what no adapter of such limits can hold is said, with the tensor; without an adapter nothing of the kind is', () => {
  const { published } = of('openai-community/gpt2', { limit: 2 ** 20 }).fits;
  expect(published).toMatchObject({ fits: 'no', why: expect.stringContaining('c_attn.weight') });
  expect(appraise().every(({ fits }) => fits.q4.fits === undefined && fits.q4.loss === undefined)).toBe(true);
  expect(of(LLAMA, { rate: undefined }).fits.q4).toEqual({ bytes: expect.any(Number), fits: 'resident' });
});
