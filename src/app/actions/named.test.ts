import { beforeEach, expect, it, vi } from 'vitest';
import { LopperError } from '../../errors';
import type { Calibration, NamedCalibration } from '../../lab/contract';
import type { Lab } from '../../lab/jobs';
import { named } from './named';

/** A lab that knows what it was handed. */
const held = new Map<string, Calibration>();
const calibrate = vi.fn(async (name: string, calibration: Calibration) => void held.set(name, calibration));
vi.mock('./jobs', () => ({ lab: () => ({ calibrate }) as Partial<Lab> }));
beforeEach(() => calibrate.mockClear());

const ask = async ({ named }: NamedCalibration): Promise<Calibration> => {
  const found = held.get(named);
  if (found) return found;
  throw new LopperError('calibration-unknown', 'It is not here.', 'Hand it over again.');
};
const text = (text: string): Calibration => ({ text, seqLen: 8 });

it('hands a text over once, however often it is measured on', async () => {
  expect(await named(text('once'), ask)).toEqual(text('once'));
  expect(await named(text('once'), ask)).toEqual(text('once'));
  expect(calibrate).toHaveBeenCalledTimes(1);
  expect(await named({ ...text('once'), maxWindows: 2 }, ask)).toEqual({ ...text('once'), maxWindows: 2 });
  expect(calibrate).toHaveBeenCalledTimes(2);
});

it('hands it over again to a lab that has forgotten it', async () => {
  await named(text('twice'), ask);
  held.clear();
  expect(await named(text('twice'), ask)).toEqual(text('twice'));
  expect(calibrate).toHaveBeenCalledTimes(2);
});

it('lets what is wrong with a measurement through, and does not ask twice', async () => {
  const broken = vi.fn(() => Promise.reject(new LopperError('not-finite', 'A number.', 'Put a layer back.')));
  await expect(named(text('thrice'), broken)).rejects.toMatchObject({ code: 'not-finite' });
  expect(broken).toHaveBeenCalledTimes(1);
});
