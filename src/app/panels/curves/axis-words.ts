import { percent, perplexity } from '../../words/format';
import type { XAxis, YAxis } from './axes';

interface AxisWords {
  /** In a list of axes, and in a sentence. */
  readonly name: string;
  /** Beside the axis. */
  readonly label: string;
  /** How its values are written; by default with the decimals that its ticks need. */
  write?(value: number): string;
}

export const X_AXES: Readonly<Record<XAxis, AxisWords>> = {
  units: { name: 'units dropped', label: 'units dropped' },
  parameters: { name: 'parameters saved', label: 'share of the parameters saved', write: (v) => percent(v, 0) },
  cache: { name: 'KV cache saved', label: 'KV cache saved, KiB per token of context' },
  time: { name: 'time saved', label: 'share of a forward pass’s time saved, measured', write: (v) => percent(v, 0) },
};

export const Y_AXES: Readonly<Record<YAxis, AxisWords>> = {
  loss: { name: 'Loss', label: 'loss, nats per token' },
  perplexity: { name: 'Perplexity', label: 'perplexity', write: perplexity },
  accuracy: { name: 'Accuracy', label: 'accuracy', write: (v) => percent(v, 0) },
};
