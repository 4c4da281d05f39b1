interface Task<I, O> {
  readonly input: I;
  readonly resolve: (output: O) => void;
  readonly reject: (error: unknown) => void;
}

interface Lane<T> {
  tasks: (T | undefined)[];
  head: number;
}

/** The least code for a queue with priorities: one first-in-first-out list each, the highest number first. */
export class QueueLimit<I, O> {
  readonly #handler: (input: I) => Promise<O>;
  readonly #lanes: Lane<Task<I, O>>[];
  #free: number;
  #waiting = 0;

  constructor(handler: (input: I) => Promise<O>, concurrency: number, priorities: number) {
    this.#handler = handler;
    this.#free = concurrency;
    this.#lanes = Array.from({ length: priorities }, () => ({ tasks: [], head: 0 }));
  }

  submit(input: I, priority: number): Promise<O> {
    return new Promise((resolve, reject) => {
      const task = { input, resolve, reject };
      if (this.#free > 0) {
        this.#start(task);
      } else {
        this.#lanes[priority]!.tasks.push(task);
        this.#waiting += 1;
      }
    });
  }

  #start(task: Task<I, O>): void {
    this.#free -= 1;
    this.#handler(task.input).then(
      (output) => {
        task.resolve(output);
        this.#next();
      },
      (error: unknown) => {
        task.reject(error);
        this.#next();
      },
    );
  }

  #next(): void {
    this.#free += 1;
    if (this.#waiting === 0) return;
    for (let priority = this.#lanes.length - 1; priority >= 0; priority -= 1) {
      const lane = this.#lanes[priority]!;
      const task = lane.tasks[lane.head];
      if (task === undefined) continue;
      lane.tasks[lane.head++] = undefined;
      if (lane.head === lane.tasks.length) {
        lane.tasks = [];
        lane.head = 0;
      }
      this.#waiting -= 1;
      this.#start(task);
      return;
    }
  }
}
