import { knownOf } from '../store/beforehand';
import { openDialog } from '../widgets/dialog';
import { Icon } from '../widgets/icons';
import { TextButton } from '../widgets/text-button';
import { useApp } from '../widgets/use-app';
import css from './banner.module.css';

const TITLES = {
  absent: 'No WebGPU, so nothing can be computed here.',
  untrusted: 'This adapter gave wrong numbers in the self-test, so nothing is computed on it.',
  broken: 'The part of Lopper that computes did not start.',
} as const;

/** A line where nothing can be computed: what is shown instead, and the way to the reason. */
export function Banner() {
  const machine = useApp((s) => s.machine);
  const hasResults = useApp((s) => knownOf(s) !== undefined);
  if (machine.status === 'ready' || machine.status === 'starting') return null;
  return (
    <div className={css.banner} role="alert">
      <Icon name="warn" />
      <p>
        <strong>{TITLES[machine.status]}</strong>
        {hasResults && ' What you see was measured beforehand.'}{' '}
        <TextButton onClick={() => openDialog('adapter')}>
          {machine.status === 'absent' ? 'How to switch it on' : 'Why, and what helps'}
        </TextButton>
      </p>
    </div>
  );
}
