import { Slider } from 'radix-ui';
import { useId } from 'react';
import css from './labelled-slider.module.css';

interface Props {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** The value in words, with its unit. */
  readonly text: string;
  onChange(value: number): void;
}

export function LabelledSlider({ label, value, min, max, step, text, onChange }: Props) {
  const id = useId();
  return (
    <div className={css.slider}>
      <div className={css.words}>
        <span id={id}>{label}</span>
        <output className={css.value}>{text}</output>
      </div>
      <Slider.Root
        className={css.root}
        value={[value]}
        min={min}
        max={max}
        step={step}
        onValueChange={([v]) => v !== undefined && onChange(v)}
      >
        <Slider.Track className={css.track}>
          <Slider.Range className={css.range} />
        </Slider.Track>
        <Slider.Thumb className={css.thumb} aria-labelledby={id} aria-valuetext={text} />
      </Slider.Root>
    </div>
  );
}
