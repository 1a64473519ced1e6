/// Minimises a function of a few numbers without derivatives, by the moves of a simplex.
///
/// The search starts again at its result until that no longer improves it.
/// - Parameters:
///   - start: The first corner; the others are 0.5 away along one axis each.
///   - function: The function, which may be infinite.
/// - Returns: The best point.
/// - Complexity: At most 10 searches of 400 moves per number; most moves take one or two evaluations.
/// - SeeAlso: Nelder and Mead, The Computer Journal 7, 1965, <https://doi.org/10.1093/comjnl/7.4.308>.
func minimum(near start: [Double], _ function: ([Double]) -> Double) -> [Double] {
  var best = (point: start, value: function(start))
  for _ in 0..<10 {
    let found = simplexSearch(from: best.point, function)
    let gain = best.value - found.value
    if found.value < best.value { best = found }
    if !(gain > 1e-9) { break }
  }
  return best.point
}

private typealias Corner = (point: [Double], value: Double)

private func simplexSearch(from start: [Double], _ function: ([Double]) -> Double) -> Corner {
  func corner(_ point: [Double]) -> Corner { (point, function(point)) }
  var simplex = [corner(start)]
  for axis in start.indices {
    var point = start
    point[axis] += 0.5
    simplex.append(corner(point))
  }
  let last = start.count
  for _ in 0..<(400 * last) {
    simplex.sort { $0.value < $1.value }
    let width = start.indices.map { axis in simplex.map { abs($0.point[axis] - simplex[0].point[axis]) }.max() ?? 0 }.max() ?? 0
    if width < 1e-7 || !simplex[0].value.isFinite { break }
    let centre = start.indices.map { axis in simplex[..<last].reduce(0) { $0 + $1.point[axis] } / Double(last) }
    /// The point at a multiple of the way from the worst corner through the centre of the others.
    func beyond(_ factor: Double) -> Corner { corner(zip(centre, simplex[last].point).map { $0 + factor * ($0 - $1) }) }
    let reflected = beyond(1)
    if reflected.value < simplex[0].value {
      let expanded = beyond(2)
      simplex[last] = expanded.value < reflected.value ? expanded : reflected
    } else if reflected.value < simplex[last - 1].value {
      simplex[last] = reflected
    } else {
      let contracted = beyond(reflected.value < simplex[last].value ? 0.5 : -0.5)
      if contracted.value < min(reflected.value, simplex[last].value) {
        simplex[last] = contracted
      } else {
        let best = simplex[0].point
        simplex = [simplex[0]] + simplex.dropFirst().map { corner(zip(best, $0.point).map { $0 + 0.5 * ($1 - $0) }) }
      }
    }
  }
  return simplex.min { $0.value < $1.value } ?? corner(start)
}
