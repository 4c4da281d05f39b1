import * as basic from './basic.ts';
import * as cancelling from './cancelling.ts';
import * as instanceJoins from './instance-joins.ts';
import * as instances from './instances.ts';
import * as joins from './joins.ts';
import * as loopsAndEnds from './loops-and-ends.ts';
import * as merges from './merges.ts';
import * as states from './states.ts';
import * as triggers from './triggers.ts';

// The workflow patterns of docs/patterns.md, one after the other. Each checks itself.

const files = {
  basic,
  merges,
  joins,
  instances,
  instanceJoins,
  states,
  cancelling,
  loopsAndEnds,
  triggers,
};

for (const [file, examples] of Object.entries(files)) {
  for (const example of Object.values(examples)) await example();
  console.log(`${file}: ${Object.keys(examples).join(', ')}`);
}
