import { readFileSync } from 'node:fs';

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** The first word of a log; the last bit says in which order of bytes its sums are made. */
const MAGIC = 0x377f0682;

/**
 * Tells whether a log (`<file>-wal`, as a crash leaves it) is free of damage in its midst.
 *
 * SQLite reads a log up to the first frame whose sum is wrong, and takes that for the end: right after a crash, when
 * the last transaction may be written in part, but after damage everything that follows would be lost in silence. So
 * this looks whether a whole transaction follows. Damage in the last transaction looks like a crash, and is one to SQLite.
 * A log into which somebody writes meanwhile may look damaged, too.
 */
export function isLogSound(path: string): boolean {
  const log = readLog(path);
  return log.length < HEADER_BYTES + FRAME_HEADER_BYTES || isWhole(log);
}

function readLog(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

/** As the file format of SQLite has it: a header, then frames of a header and a page. */
function isWhole(log: Buffer): boolean {
  const magic = log.readUInt32BE(0);
  if ((magic | 1) !== (MAGIC | 1)) return false;
  const sums = new RunningSum(log, magic === MAGIC);
  sums.add(0, HEADER_BYTES - 8);
  if (!sums.isAt(HEADER_BYTES - 8)) return false;
  const frameBytes = FRAME_HEADER_BYTES + log.readUInt32BE(8);
  const isOurs = (at: number): boolean => log.compare(log, 16, 24, at + 8, at + 16) === 0;
  const endsTransaction = (at: number): boolean => log.readUInt32BE(at + 4) !== 0;

  let at = HEADER_BYTES;
  for (; at + frameBytes <= log.length; at += frameBytes) {
    sums.add(at, 8);
    sums.add(at + FRAME_HEADER_BYTES, frameBytes - FRAME_HEADER_BYTES);
    if (!isOurs(at) || !sums.isAt(at + 16)) break;
  }
  // The transaction that breaks off here may go on for a frame or more; one that ends after its end is a loss.
  let ends = 0;
  for (; at + frameBytes <= log.length; at += frameBytes) if (isOurs(at) && endsTransaction(at)) ends++;
  return ends < 2;
}

/** The sum that SQLite carries from frame to frame. */
class RunningSum {
  readonly #log: Buffer;
  readonly #view: DataView;
  readonly #littleEndian: boolean;
  #first = 0;
  #second = 0;

  constructor(log: Buffer, littleEndian: boolean) {
    this.#log = log;
    this.#view = new DataView(log.buffer, log.byteOffset, log.byteLength);
    this.#littleEndian = littleEndian;
  }

  add(from: number, bytes: number): void {
    let [first, second] = [this.#first, this.#second];
    for (let at = from; at < from + bytes; at += 8) {
      first = (first + this.#view.getUint32(at, this.#littleEndian) + second) | 0;
      second = (second + this.#view.getUint32(at + 4, this.#littleEndian) + first) | 0;
    }
    this.#first = first;
    this.#second = second;
  }

  /** Whether the log has the sum of all that was added at this place. */
  isAt(at: number): boolean {
    return this.#log.readInt32BE(at) === this.#first && this.#log.readInt32BE(at + 4) === this.#second;
  }
}
