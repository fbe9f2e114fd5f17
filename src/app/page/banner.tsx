import { useApp } from '../widgets/use-app';
import css from './banner.module.css';
import { WebGpuAdvice } from './webgpu-advice';

/** A word across the page where nothing can be computed, and why. */
export function Banner() {
  const machine = useApp((s) => s.machine);
  const hasResults = useApp((s) => s.shipped !== undefined);
  if (machine.status === 'ready' || machine.status === 'starting') return null;
  const { failure } = machine;
  const titles = {
    absent:
      failure.code === 'no-adapter'
        ? 'WebGPU finds no graphics adapter here, so nothing can be computed.'
        : 'This browser has no WebGPU, so nothing can be computed here.',
    untrusted: 'This adapter gave wrong numbers in the self-test, so nothing is computed on it.',
    broken: 'The part of Lopper that computes did not start.',
  } as const;
  return (
    <section className={css.banner} role="alert">
      <h2>{titles[machine.status]}</h2>
      <p>
        {failure.message} {failure.remedy}
      </p>
      {machine.status !== 'broken' && <WebGpuAdvice />}
      {hasResults && (
        <p>
          What you see below was measured beforehand and ships with Lopper: the tower, the charts and the accuracies are
          those of the bundled model.
        </p>
      )}
    </section>
  );
}
