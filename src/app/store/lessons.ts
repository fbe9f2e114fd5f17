/** How far a person has come in the lessons. */

/** A step whose answer has been shown: what was guessed, a choice's number or percent; none where nothing was. */
export interface Told {
  readonly guess?: number;
}

export interface LessonsState {
  /** By lesson and step: "letters.2". */
  readonly told: Readonly<Record<string, Told>>;
  /** Whether the tower keeps its numbers to itself, so that it gives no answer away. */
  readonly blind: boolean;
}

export const noLessons: LessonsState = { told: {}, blind: false };
