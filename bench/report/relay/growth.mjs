// What an update costs as a document, or the number of connections, grows: table, plot and a section of Markdown.
import { loadavg } from 'node:os'
import { FIGURES } from './goals.mjs'
import { medians } from './results.mjs'
import { panels } from './panels.mjs'
import { alignedMarkdown, alignedText, figure } from './table.mjs'

// CPU per update at the largest, over that at the smallest.
const MOST = 1.5

const GROWTHS = {
  document: { by: 'document_bytes', text: 'one document of so many MB', unit: 1e6 },
  connections: { by: 'connections', text: 'so many connections', unit: 1 }
}
const TOLD = ['cpu_us', 'p50_ms', 'p99_ms', 'ack_p50_ms']
const NAMES = { node: 'Node Hocuspocus', ypp: 'ypp-relay' }

// Rounds of steps -> steps of medians.
export const steps = rounds => rounds[0].map((_, i) => medians(rounds.map(round => round[i])))

const grown = found => found.at(-1).cpu_us / found[0].cpu_us

const rows = results => Object.entries(results).flatMap(([name, servers]) => Object.entries(servers).flatMap(([server, found]) =>
  found.map(step => [GROWTHS[name].text, figure(step[GROWTHS[name].by] / GROWTHS[name].unit), NAMES[server], ...TOLD.map(told => figure(step[told]))])))

const HEADER = ['what grows', 'to', 'server', ...TOLD.map(told => FIGURES[told].text)]

const verdicts = results => Object.entries(results).flatMap(([name, servers]) => Object.entries(servers).map(([server, found]) => {
  const { by, text } = GROWTHS[name]
  const limit = server === 'ypp' ? `, at most ${MOST} is the goal: ${grown(found) <= MOST ? 'met' : 'not met'}` : ''
  const capped = by === 'connections' && found.at(-1).connections < 20_000
    ? `. This machine lets a process open ${found.at(-1).open_files.toLocaleString('en-US')} files, so there are no more connections than these`
    : ''
  return `${NAMES[server]}, ${text}: CPU per update at the largest is ${grown(found).toFixed(2)} x that at the smallest${limit}${capped}.`
}))

export const growthText = results => [alignedText([HEADER, ...rows(results)], 1), ...verdicts(results)].join('\n')

export const growthPlot = results => panels('What an update costs as things grow', Object.entries(results).flatMap(([name, servers]) =>
  ['cpu_us', 'p50_ms'].map(told => ({
    x: GROWTHS[name].text,
    y: FIGURES[told].text,
    series: Object.entries(servers).map(([server, found]) =>
      ({ name: NAMES[server], points: found.map(step => [step[GROWTHS[name].by] / GROWTHS[name].unit, step[told]]) }))
  }))))

export const growthMarkdown = (results, { command, rounds, seconds, machine }) => `## As things grow

Measured by \`${command}\` on ${machine}: medians of ${rounds} round${rounds === 1 ? '' : 's'} of ${seconds} s at each step, a fresh server for each round; its load
average at the end was ${loadavg()[2].toFixed(1)} over 15 minutes. One document of words at random places (21 bytes a word) is typed into by one of
two clients, 500 characters/s, in words at random places; and 50 documents of two clients are typed into, 500 characters/s in all, beside idle
connections, ten to a document.

${alignedMarkdown([HEADER, ...rows(results)])}

${verdicts(results).map(line => `* ${line}`).join('\n')}
`
