/** What a command has to say: `text` for people, `data` for programs (`--json`). */
export interface Answer {
  readonly text: string;
  readonly data: unknown;
  /** False: the command ran, but what it was asked for did not come about; exit code 1. Default true. */
  readonly done?: boolean;
}

/** Exit codes of every command. */
export const EXIT = { done: 0, failed: 1, misused: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
