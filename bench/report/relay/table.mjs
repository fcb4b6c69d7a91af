// The table, as text and as Markdown.
import { FIGURES } from './goals.mjs'

const figure = value => {
  if (value === undefined) return '-'
  return value >= 1000 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3)
}

const HEADER = ['case', 'figure', 'Node', 'ypp-relay', 'better by', 'goal', 'met']

const cells = line => [
  `${line.case} ${line.what}`,
  FIGURES[line.figure].text,
  figure(line.node),
  figure(line.ypp),
  line.ratio === undefined ? '-' : `${line.ratio.toPrecision(3)} x`,
  line.goal ?? '',
  line.met === undefined ? '' : line.met ? 'yes' : 'no'
]

export const textTable = lines => {
  const rows = [HEADER, ...lines.map(cells)]
  const widths = HEADER.map((_, i) => Math.max(...rows.map(row => row[i].length)))
  return rows.map(row => row.map((cell, i) => i < 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])).join('  ').trimEnd()).join('\n')
}

export const markdownTable = lines =>
  [HEADER, HEADER.map(() => '---'), ...lines.map(cells)].map(row => `| ${row.join(' | ')} |`).join('\n')
