import { sameMask } from '../../../pruning/mask';
import { measureSpeed } from '../../actions/generate';
import { canCompute, maskOf } from '../../store/select';
import { TextButton } from '../../widgets/text-button';
import { useApp } from '../../widgets/use-app';
import { fixed, signedPercent } from '../../words/format';
import { Blank, Row } from './row';

/** How fast either model writes. Measured on demand or by the way, when a prompt is continued. */
export function SpeedRow() {
  const speed = useApp((s) => (s.open.speed && sameMask(s.open.speed.mask, maskOf(s)) ? s.open.speed : undefined));
  const full = useApp((s) => s.open.speed?.full);
  const nothing = useApp((s) => maskOf(s).dropped.length === 0);
  const ready = useApp(canCompute);
  const measuring = useApp((s) => s.jobs.speed !== undefined);
  const measure = (
    <TextButton disabled={!ready || measuring} onClick={() => void measureSpeed()}>
      {measuring ? 'Measuring…' : 'Measure'}
      <span className="visually-hidden"> the decoding speed</span>
    </TextButton>
  );
  const digits = (v: number) => (v < 100 ? 1 : 0);
  return (
    <tbody>
      <Row
        name="Decoding"
        unit="tokens per second"
        full={full ? fixed(full, digits(full)) : <Blank />}
        pruned={speed ? fixed(speed.pruned, digits(speed.pruned)) : <Blank />}
        change={speed && !nothing ? signedPercent(speed.pruned / speed.full - 1, 0) : measure}
        judged={!speed || nothing ? undefined : speed.pruned >= speed.full ? 'better' : 'worse'}
      />
    </tbody>
  );
}
