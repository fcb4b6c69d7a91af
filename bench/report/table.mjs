// The results as text: for the terminal and for RESULTS.md.
import { growth, lines } from './results.mjs'

const COLUMNS = ['ypp', 'floor', 'yrs', 'yjs', 'ywasm', 'dt', 'loro', 'automerge']

const number = value =>
  value >= 1000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)))

const verdict = line => {
  if (line.ratio === undefined) return ''
  const goal = line.ratio_goal === undefined ? '' : ` (goal ${number(line.ratio_goal)}${line.ratio < line.ratio_goal ? ', not met' : ''})`
  return `${number(line.ratio)} x ${line.reference}${goal}`
}

const cells = ({ row, figures, notes }) => [
  row.work,
  number(row.n),
  row.unit,
  ...COLUMNS.map(name => name in figures ? number(figures[name]) : notes[name]?.startsWith('over') ? notes[name] : '-'),
  lines(row, figures).map(verdict).filter(Boolean).join('; ')
]

const HEAD = ['work', 'n', 'unit', ...COLUMNS, 'times faster than']

export const textTable = results => {
  const rows = [HEAD, ...results.map(cells)]
  const widths = HEAD.map((_, column) => Math.max(...rows.map(row => row[column].length)))
  const isText = column => column === 0 || column === 2 || column === HEAD.length - 1
  return rows.map(row => row.map((cell, column) =>
    isText(column) ? cell.padEnd(widths[column]) : cell.padStart(widths[column])).join('  ').trimEnd()).join('\n')
}

const markdownRow = row => `| ${row.join(' | ')} |`

export const markdownTable = results => [
  markdownRow(HEAD),
  `|${HEAD.map((_, column) => column === 0 || column === 2 || column === HEAD.length - 1 ? '---' : '---:').join('|')}|`,
  ...results.map(result => markdownRow(cells(result)))
].join('\n')

export const growthLines = results => growth(results).map(({ work, from, to, times, nLogN }) =>
  `${work}: ${number(times)} times from ${number(from)} to ${number(to)} (n log n: ${number(nLogN)})`)

export const noteLines = results => results.flatMap(({ row, notes }) =>
  Object.entries(notes).map(([name, note]) => `${row.work}, ${number(row.n)}: ${name} ${note}`))
