import { store } from '../store/store';
import { useApp } from './use-app';

type Kept<T> = readonly [value: T, set: (value: T) => void];

/** As `useState`, and still there when its panel comes back: what is chosen in a tab outlives it. `name`: of the choice. */
export function useKept<T>(name: string): Kept<T | undefined>;
export function useKept<T>(name: string, first: T): Kept<T>;
export function useKept<T>(name: string, first?: T): Kept<T | undefined> {
  const value = useApp(({ kept }) => (name in kept ? (kept[name] as T) : first));
  return [value, (next) => store.setState(({ kept }) => ({ kept: { ...kept, [name]: next } }))];
}
