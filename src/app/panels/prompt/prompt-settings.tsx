import type { PromptSettings } from '../../store/prompt';
import { store } from '../../store/store';
import { LabelledSlider } from '../../widgets/labelled-slider';
import { NumberField } from '../../widgets/number-field';
import { useApp } from '../../widgets/use-app';
import css from './prompt.module.css';

const MOST_TOKENS = 200;

export function PromptSettingsRow() {
  const { temperature, seed, maxTokens } = useApp((s) => s.prompt);
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
      <NumberField
        label="Seed"
        value={seed}
        min={0}
        max={999_999}
        disabled={temperature === 0}
        hint={temperature === 0 ? 'At temperature 0 nothing is left to chance' : undefined}
        onChange={(v) => set({ seed: v })}
      />
    </div>
  );
}
