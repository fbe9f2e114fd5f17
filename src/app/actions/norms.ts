import type { TokenInfluenceReport } from '../../lab/contract';
import { store } from '../store/store';
import { lab, runJob } from './jobs';
import { calibrationOf, hereOrigin } from './score';

/** Measures update norms and angles between blocks on the calibration text, in one pass of the full model. */
export async function measureNorms(): Promise<void> {
  const s = store.getState();
  const run = await runJob('norms', 'Update norms', 'The norms could not be measured', (options) =>
    lab().norms({ calibration: calibrationOf(s) }, options),
  );
  if (run.ended !== 'done' || store.getState().model?.report !== s.model?.report) return;
  store.setState({ norms: { report: run.value, origin: hereOrigin(s), text: s.calibration.source } });
}

/** Measures what every unit does to every token of a text. */
export async function measureTokens(text: string, metric: TokenInfluenceReport['metric']): Promise<void> {
  const s = store.getState();
  const run = await runJob('tokens', 'Influence token by token', 'The tokens could not be measured', (options) =>
    lab().tokenInfluence({ text, metric }, options),
  );
  if (run.ended !== 'done' || store.getState().model?.report !== s.model?.report) return;
  store.setState({ tokenInfluence: { report: run.value, origin: hereOrigin(s), prompt: text } });
}
