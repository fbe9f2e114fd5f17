import type { JobId, Progress } from '../../lab/contract';

/** One job of each kind at a time; whether it is about the open model, and ends with it. */
const SLOTS = {
  open: { ofModel: false },
  benchmark: { ofModel: false },
  examine: { ofModel: false },
  /** Opens one checkpoint after another beside the open model. */
  growth: { ofModel: false },
  /** Writes files beside whatever is measured. */
  export: { ofModel: false },
  score: { ofModel: true },
  influence: { ofModel: true },
  curve: { ofModel: true },
  plan: { ofModel: true },
  select: { ofModel: true },
  norms: { ofModel: true },
  precision: { ofModel: true },
  tokens: { ofModel: true },
  evaluate: { ofModel: true },
  generate: { ofModel: true },
  speed: { ofModel: true },
  recover: { ofModel: true },
  updates: { ofModel: true },
} as const satisfies Readonly<Record<string, { readonly ofModel: boolean }>>;

export type Slot = keyof typeof SLOTS;

export const MODEL_SLOTS = (Object.keys(SLOTS) as Slot[]).filter((slot) => SLOTS[slot].ofModel);

export interface Job {
  readonly id: JobId;
  /** What it measures, by its name: a metric, a task. */
  readonly of?: string;
  /** The same for people. */
  readonly label: string;
  readonly progress?: Progress;
}

export interface JobsState {
  readonly jobs: Readonly<Partial<Record<Slot, Job>>>;
}

export const noJobs: JobsState = { jobs: {} };

/** What a slot's job waits for before it can begin: one thing is computed at a time. */
export function waitsFor({ jobs }: JobsState, slot: Slot): Job | undefined {
  if (!jobs[slot] || jobs[slot].progress) return undefined;
  const atWork = ([...MODEL_SLOTS, 'growth'] as const).map((other) => jobs[other]).find((job) => job?.progress);
  // A new model begins with these.
  return atWork ?? [jobs.influence, jobs.open].find((job) => job && job !== jobs[slot]);
}
