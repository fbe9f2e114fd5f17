import { whyIdle } from '../store/why-idle';
import { useApp } from './use-app';

/** The title of a button: its own, or, of a disabled one that computes, what is missing. */
export function useReason(
  computes: boolean | undefined,
  { disabled, title }: { readonly disabled?: boolean; readonly title?: string },
): string | undefined {
  const why = useApp((s) => (computes && disabled ? whyIdle(s) : undefined));
  return why ?? title;
}
