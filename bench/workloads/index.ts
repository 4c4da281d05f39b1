import type { Workload } from '../harness/types.ts';
import { w1Ask } from './w1-ask.ts';
import { w1Open, w1Request } from './w1-request.ts';
import { w2Ask } from './w2-ask.ts';
import { w2Open, w2Request } from './w2-request.ts';
import { w3Publish } from './w3-publish.ts';
import { w4Chain } from './w4-chain.ts';
import { w5Fan } from './w5-fan.ts';
import { w6Layers } from './w6-layers.ts';
import { w7Diamonds } from './w7-diamonds.ts';
import { w8Queue } from './w8-queue.ts';
import { w11Ask } from './w11-ask.ts';
import { w11Choice } from './w11-choice.ts';

/** All workloads, in the order of the table. */
export const workloads: readonly Workload[] = [
  w1Request,
  w1Open,
  w1Ask,
  w2Request,
  w2Open,
  w2Ask,
  w3Publish,
  w4Chain,
  w5Fan,
  w6Layers,
  w7Diamonds,
  w8Queue,
  w11Choice,
  w11Ask,
];
