import { type Agent, defineAgent, defineWorkflow, type Workflow } from '../../src/index.ts';

// #region system
/** What a shop knows: the money it took and the parcels it sent, by order. */
export class Shop {
  readonly charged: string[] = [];
  readonly sent: string[] = [];

  readonly cashier: Agent<string, string> = defineAgent('cashier', {
    concurrency: 10,
    handle: async (order: string) => {
      if (!this.charged.includes(order)) this.charged.push(order);
      return `receipt of ${order}`;
    },
  });
  readonly packer: Agent<string, string> = defineAgent('packer', {
    concurrency: 2,
    handle: async (order: string) => {
      this.sent.push(order);
      return `parcel of ${order}`;
    },
  });

  readonly order: Workflow<string, unknown> = defineWorkflow<string>('order', {
    deadline: '1h',
    policy: { attempts: 3, timeout: '1m' },
  })
    .step('pay', { run: this.cashier, input: ({ input }) => input })
    .step('send', { run: this.packer, input: ({ input }) => input, after: ['pay'] });
}
// #endregion system
