import { probe } from '../../engine/probe/probe';
import { throwIfCancelled } from '../../errors';
import type { TensorMap } from '../../formats/tensor';
import type { DiskRate, Examination, ExaminationRequest } from '../contract';
import { adviseOnPass, measurePass } from '../measure/pass';
import { readConfig, readHeaders } from '../place/describe';
import { fractionMeter } from '../running/progress';
import type { Desk } from './desk';
import type { Job } from './job';

/** Of a model's weights, so much is read to see how quickly that goes. */
const ENOUGH_BYTES = 256 * 2 ** 20;
const PIECE_BYTES = 8 * 2 ** 20;

/** What the adapter can do, chosen, proved and measured now, and what is missing on this machine. */
export const examine: Job<ExaminationRequest, Examination> = {
  opensItsOwn: true,
  async run(desk, { model }, { signal, onProgress }) {
    const { rates, report } = await desk.device.anew();
    throwIfCancelled(signal);
    const tensors = model ? await headersOf(desk, model, signal) : desk.open?.tensors;
    const disk = tensors && (await readSome(tensors, signal));
    const probed = await probe(desk.device.gpu, rates, {
      signal,
      onProgress: fractionMeter(onProgress, 'Measuring the adapter'),
    });
    const pass = desk.open && (await measurePass(desk.open, probed, signal));
    const around = await desk.environment.surroundings(report);
    const advice = pass && !report.software ? adviseOnPass(pass, desk.model.report) : [];
    const surroundings = { ...around, advice: [...around.advice, ...advice] };
    return { adapter: report, surroundings, rates: probed, ...(disk && { disk }), ...(pass && { pass }) };
  },
};

async function headersOf(desk: Desk, model: NonNullable<ExaminationRequest['model']>, signal: AbortSignal) {
  const files = await desk.environment.files(model, () => undefined);
  return (await readHeaders(await readConfig(files, signal), files, { signal })).tensors;
}

/** Reads weights one after the other, as loading does. */
async function readSome(tensors: TensorMap, signal: AbortSignal): Promise<DiskRate | undefined> {
  let bytes = 0;
  const begin = performance.now();
  for (const { source, start, end } of tensors.values()) {
    for (let at = start; at < end && bytes < ENOUGH_BYTES; at += PIECE_BYTES) {
      throwIfCancelled(signal);
      bytes += (await source.read(at, Math.min(end, at + PIECE_BYTES), signal)).byteLength;
    }
  }
  const ms = performance.now() - begin;
  return bytes > 0 && ms > 0 ? { bytes, rate: bytes / ms / 1e6 } : undefined;
}
