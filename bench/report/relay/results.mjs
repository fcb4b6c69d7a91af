// From figures to what is compared with the goals.
import { FIGURES, GOALS } from './goals.mjs'

export const median = values => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

// [{ name: value }] of all rounds -> { name: median }.
export const medians = rounds =>
  Object.fromEntries(Object.keys(rounds[0] ?? {}).map(name => [name, median(rounds.map(round => round[name]))]))

// `results`: { case: { what, node, ypp, floor } }, with medians. A line per case and figure that is compared: how many times better ypp is, and
// whether that meets the goal (undefined where there is none).
export const lines = results =>
  Object.entries(results).flatMap(([name, { what, node = {}, ypp = {}, floor = {} }]) => (GOALS[name] ?? []).map(goal => {
    const line = { case: name, what, figure: goal.figure, node: node[goal.figure], ypp: ypp[goal.figure], floor: floor[goal.figure] }
    if (line.node !== undefined && line.ypp !== undefined) {
      line.ratio = FIGURES[goal.figure].more ? line.ypp / line.node : line.node / line.ypp
    }
    if (goal.beside !== undefined) {
      const beside = results[goal.beside]?.ypp?.[goal.figure]
      line.goal = `at most ${goal.times} x that of ${goal.beside}`
      if (beside !== undefined && line.ypp !== undefined) line.met = line.ypp <= goal.times * beside
    } else if (goal.most !== undefined) {
      line.goal = `at most ${goal.most}`
      if (line.ypp !== undefined) line.met = line.ypp <= goal.most
    } else if (goal.times !== undefined) {
      line.goal = goal.times === 1 ? 'not worse' : `${goal.times} x`
      line.times = goal.times
      if (line.ratio !== undefined) line.met = line.ratio >= goal.times
    }
    return line
  }))
