import type { InfluenceMetric } from '../../../lab/contract';
import { METRIC_NAMES } from '../../../pruning/metrics';
import { Select } from '../../widgets/select';
import { METRIC_GROUPS, METRIC_WORDS } from '../../words/metric-words';

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
  const groups = METRIC_GROUPS.map(({ group, title }) => ({
    title,
    options: metrics
      .filter((m) => METRIC_WORDS[m].group === group)
      .map((value) => ({ value, text: METRIC_WORDS[value].short })),
  })).filter(({ options }) => options.length > 0);
  return <Select {...rest} groups={groups} />;
}
