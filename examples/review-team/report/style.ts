/** The look of the report: no fonts, pictures or scripts from anywhere, light or dark as the reader's system is. */
export const STYLE: string = `
:root { color-scheme: light dark; --paper: #fbfbf9; --card: #fff; --ink: #1d2129; --soft: #626a78; --line: #dfe2e8;
  --accent: #2257a8; --high: #b3261e; --medium: #9a5b00; --low: #2257a8; --note: #626a78; --done: #1f7a4d; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171c; --card: #1b1f26; --ink: #e6e8ec; --soft: #9aa3b2;
  --line: #323945; --accent: #8ab4f8; --high: #ff8a80; --medium: #f0b860; --low: #8ab4f8; --note: #9aa3b2; --done: #6fd3a0; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.55 system-ui, sans-serif; }
main, header { max-width: 1120px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 40px; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 8px; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 40px 0 12px; }
p { margin: 8px 0; }
a { color: var(--accent); text-underline-offset: 2px; }
.soft { color: var(--soft); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(165px, 1fr)); gap: 10px; padding: 0; list-style: none; }
.cards a { display: block; height: 100%; padding: 12px 14px; background: var(--card); border: 1px solid var(--line);
  border-radius: 10px; color: inherit; text-decoration: none; }
.cards a:hover, .cards a:focus-visible { border-color: var(--accent); }
.cards strong { display: block; font-size: 1.5rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.picture { overflow-x: auto; padding: 14px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; background: var(--card); border: 1px solid var(--line); }
th, td { padding: 7px 12px; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { font-size: .8rem; font-weight: 600; color: var(--soft); }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
td.place { font: .84rem/1.6 ui-monospace, monospace; overflow-wrap: anywhere; min-width: 9rem; width: 38%; }
td.message { overflow-wrap: anywhere; }
.badge { display: inline-block; min-width: 4.6em; padding: 0 7px; border: 1px solid currentColor; border-radius: 99px;
  font-size: .78rem; text-align: center; }
.high { color: var(--high); } .medium { color: var(--medium); } .low { color: var(--low); } .note { color: var(--note); }
details { margin: 10px 0; }
summary { cursor: pointer; padding: 6px 0; font-weight: 600; }
svg { display: block; width: 100%; height: auto; min-width: 720px; font: 12px system-ui, sans-serif; }
.graph { margin: 0 auto; }
.step rect { fill: var(--paper); stroke: var(--line); stroke-width: 1.5; }
.step text { text-anchor: middle; fill: var(--soft); font-size: 11px; }
.step .name { fill: var(--ink); font-size: 13px; font-weight: 600; }
.step.completed rect { stroke: var(--done); } .step.completed .status { fill: var(--done); }
.step.failed rect, .step.cancelled rect { stroke: var(--high); } .step.failed .status, .step.cancelled .status { fill: var(--high); }
.step.running rect { stroke: var(--accent); } .step.running .status { fill: var(--accent); }
.edge { fill: none; stroke: var(--soft); stroke-width: 1.2; } marker path { fill: var(--soft); }
.work { fill: var(--accent); } .failure { stroke: var(--high); stroke-width: 1.5; }
.grid { stroke: var(--line); } .tick { fill: var(--soft); text-anchor: middle; font-size: 10.5px; }
.agent { fill: var(--ink); text-anchor: end; }
footer { padding: 40px 0; color: var(--soft); font-size: .88rem; }
@media print { details:not([open]) { display: none; } }
`;
