/** The part of a terminal that a bar needs. */
export interface BarOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface Progress {
  /** Bytes done so far. */
  at(bytes: number): void;
  /** Takes the bar away. */
  end(): void;
}

const WIDTH = 24;
/** What is done sooner needs no bar. */
const SHOWN_AFTER_MS = 1_000;
const REDRAWN_AFTER_MS = 100;

/** A bar on standard error, so that it never mixes with what a command prints; none where that is no terminal. */
export function createProgress(
  label: string,
  total: number,
  output: BarOutput = process.stderr,
  now: () => number = () => performance.now(),
): Progress {
  const started = now();
  let drawn: number | null = null;
  return {
    at(bytes) {
      const time = now();
      if (!output.isTTY || time - started < SHOWN_AFTER_MS) return;
      if (drawn !== null && time - drawn < REDRAWN_AFTER_MS) return;
      drawn = time;
      const share = Math.min(1, bytes / total);
      const filled = Math.round(share * WIDTH);
      const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
      const mib = (count: number): string => (count / 2 ** 20).toFixed(1);
      output.write(`\r${label} ${bar} ${Math.floor(share * 100)} % of ${mib(total)} MiB`);
    },
    end() {
      if (drawn !== null) output.write('\r\u001b[K');
    },
  };
}
