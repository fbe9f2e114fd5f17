import { useId } from 'react';
import type { PromptSettings } from '../../store/prompt';
import { store } from '../../store/store';
import { LabelledSlider } from '../../widgets/labelled-slider';
import { useApp } from '../../widgets/use-app';
import css from './prompt.module.css';

const MOST_TOKENS = 200;

export function PromptSettingsRow() {
  const { temperature, seed, maxTokens } = useApp((s) => s.prompt);
  const id = useId();
  const set = (part: Partial<PromptSettings>) => store.setState((s) => ({ prompt: { ...s.prompt, ...part } }));
  return (
    <div className={css.settings}>
      <LabelledSlider
        label="Temperature"
        value={temperature}
        min={0}
        max={1.5}
        step={0.1}
        text={temperature === 0 ? '0, likeliest token' : temperature.toFixed(1)}
        onChange={(v) => set({ temperature: Math.round(v * 10) / 10 })}
      />
      <LabelledSlider
        label="Length"
        value={maxTokens}
        min={10}
        max={MOST_TOKENS}
        step={10}
        text={`${maxTokens} tokens`}
        onChange={(v) => set({ maxTokens: v })}
      />
      <label className={css.seed} htmlFor={id}>
        <span>Seed</span>
        <input
          id={id}
          type="number"
          min={0}
          max={999999}
          value={seed}
          disabled={temperature === 0}
          title={temperature === 0 ? 'At temperature 0 nothing is left to chance' : undefined}
          onChange={(e) => set({ seed: Math.max(0, Math.min(999999, Math.trunc(Number(e.target.value) || 0))) })}
        />
      </label>
    </div>
  );
}
