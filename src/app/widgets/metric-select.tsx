import { type InfluenceMetric, METRIC_NAMES } from '../../pruning/metrics';
import { metricOptions } from '../words/metrics';
import { Select } from './select';

interface Props {
  readonly label: string;
  readonly shown?: boolean;
  readonly value: InfluenceMetric;
  /** Default all of them. */
  readonly metrics?: readonly InfluenceMetric[];
  onChange(metric: InfluenceMetric): void;
}

/** A choice of metric, by what it takes to measure it. */
export function MetricSelect({ metrics = METRIC_NAMES, ...rest }: Props) {
  return <Select {...rest} groups={metricOptions(metrics)} />;
}
