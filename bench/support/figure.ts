/** One measured value, in the form that `--json` writes (docs/performance.md). */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Value divided by the rival's, both from this run. */
  readonly ratio?: number;
  readonly rival?: string;
  /** How many rounds or samples the value is made of. */
  readonly n: number;
  /** Distance between the lowest and the highest round, as a part of the value; for percentiles p99 less p1, in the unit. */
  readonly spread: number;
}

/** A benchmark: it prepares what it needs and yields figures as it has them. */
export type Benchmark = (settings: Settings) => AsyncGenerator<Figure>;

export interface Settings {
  /** Interleaved rounds of each rival. */
  readonly rounds: number;
  /** Seconds of each measurement that lasts. */
  readonly seconds: number;
  /** What is going on, for people; figures are not said here. */
  say(text: string): void;
}
