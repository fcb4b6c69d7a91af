// From figures to ratios: how many times more a peer takes than ypp.

// Everything a JSON line may have, in this order; what is not there is left out.
const KEYS = ['work', 'n', 'unit', 'ypp', 'yrs', 'yjs', 'loro', 'automerge', 'dt', 'ywasm', 'floor',
  'reference', 'ratio', 'ratio_goal']

const PEER_NAMES = ['yrs', 'yjs', 'loro', 'automerge', 'dt', 'ywasm']

export const ratios = figures =>
  Object.fromEntries(PEER_NAMES.filter(name => name in figures).map(name => [name, figures[name] / figures.ypp]))

const fastest = figures =>
  PEER_NAMES.filter(name => name in figures).toSorted((a, b) => figures[a] - figures[b])[0]

const rounded = number => Number(number.toPrecision(5))

// One line per goal, or a single one for a row without.
export const lines = (row, figures) => {
  const goals = row.goals.length > 0 ? row.goals : [{ reference: 'yrs' }]
  return goals.map(({ reference, ratio: goal }) => {
    const name = reference === 'best' || (goal === undefined && !(reference in figures)) ? fastest(figures) : reference
    const all = { work: row.work, n: row.n, unit: row.unit }
    for (const [peer, figure] of Object.entries(figures)) all[peer] = rounded(figure)
    if (name in figures && 'ypp' in figures) {
      all.reference = name
      all.ratio = rounded(figures[name] / figures.ypp)
      if (goal !== undefined) all.ratio_goal = goal
    }
    return Object.fromEntries(KEYS.filter(key => all[key] !== undefined).map(key => [key, all[key]]))
  })
}

// How a group of rows of one name grows with n, as a multiple of n log n from the smallest to the largest.
export const growth = results => {
  const byWork = new Map()
  for (const result of results) {
    if (!('ypp' in result.figures)) continue
    byWork.set(result.row.work, [...byWork.get(result.row.work) ?? [], result])
  }
  return [...byWork].filter(([, all]) => all.length > 1).map(([work, all]) => {
    const [first, last] = [all[0], all.at(-1)]
    const cost = ({ row: { n } }) => n * Math.log(n)
    return {
      work,
      from: first.row.n,
      to: last.row.n,
      times: last.figures.ypp / first.figures.ypp,
      nLogN: cost(last) / cost(first)
    }
  })
}
