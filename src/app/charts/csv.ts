import { download } from '../lab/download';
import type { Influence, ShownMetric } from '../store/state';
import { store } from '../store/store';
import { influenceRows } from './rows';

/** The values behind the charts at full precision, a line for each block. */
export function influenceCsv(block: Influence, attn: Influence, ffn: Influence): string {
  const lines = influenceRows(block, attn, ffn).map((r) => [r.block, r.whole, r.attn, r.ffn].join(','));
  return `${['block,block_value,attn_value,ffn_value', ...lines].join('\n')}\n`;
}

export function saveInfluenceCsv(metric: ShownMetric, block: Influence, attn: Influence, ffn: Influence): void {
  const id = store.getState().model?.report.id ?? 'model';
  const name = `${id.replace(/[^\w.-]+/g, '-').toLowerCase()}-${metric === 'cosine' ? 'cosine' : 'leave-one-out'}.csv`;
  download(name, influenceCsv(block, attn, ffn), 'text/csv');
}
