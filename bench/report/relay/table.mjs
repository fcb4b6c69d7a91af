// The table, as text and as Markdown.
import { FIGURES } from './goals.mjs'

export const figure = value => {
  if (value === undefined) return '-'
  return value >= 1000 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3)
}

const HEADER = ['case', 'figure', 'Node', 'ypp-relay', 'floor', 'better by', 'goal', 'met']

const cells = line => [
  `${line.case} ${line.what}`,
  FIGURES[line.figure].text,
  figure(line.node),
  figure(line.ypp),
  figure(line.floor),
  line.ratio === undefined ? '-' : `${line.ratio.toPrecision(3)} x`,
  line.goal ?? '',
  line.met === undefined ? '' : line.met ? 'yes' : 'no'
]

// `texts`: how many of the first columns are words.
export const alignedText = (rows, texts) => {
  const widths = rows[0].map((_, i) => Math.max(...rows.map(row => row[i].length)))
  return rows.map(row => row.map((cell, i) => i < texts ? cell.padEnd(widths[i]) : cell.padStart(widths[i])).join('  ').trimEnd()).join('\n')
}

export const alignedMarkdown = ([header, ...rows]) =>
  [header, header.map(() => '---'), ...rows].map(row => `| ${row.join(' | ')} |`).join('\n')

export const textTable = lines => alignedText([HEADER, ...lines.map(cells)], 2)

export const markdownTable = lines => alignedMarkdown([HEADER, ...lines.map(cells)])
