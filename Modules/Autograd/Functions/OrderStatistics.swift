import Registry
import TensorCore

extension Variable {
  /// The mean of the elements at some ranks along the last axis, […, n] as […, 1].
  ///
  /// ```
  /// y = 1/|R| Σ_{r ∈ R} x₍ᵣ₎,  x₍₀₎ ≤ x₍₁₎ ≤ …        dy/dxᵢ = 1/|R| if xᵢ has a rank of R, else 0
  /// ```
  /// Of equal elements, the first has the lower rank. A row with an element that is not finite gives NaN. The comparison of all pairs takes
  /// n² numbers for each row.
  /// - Precondition: The ranks are different ones of 0..<n.
  public func orderStatistic(_ ranks: [Int]) -> Variable {
    let count = shape[-1]
    require(
      !ranks.isEmpty && ranks.allSatisfy((0..<count).contains) && Set(ranks).count == ranks.count,
      "ranks \(ranks) of \(count) elements")
    let rows = shape.elementCount / count
    let (own, other) = (value.reshaped([rows, count, 1]), value.reshaped([rows, 1, count]))
    let earlier = Tensor.precedence(count, value.dtype)
    let below = own.combined(.greater, with: other) + own.combined(.equal, with: other) * earlier
    let places = below.sum([2]).reshaped(shape)
    let weights = ranks.dropFirst().reduce(places.combined(.equal, with: Tensor(Double(ranks[0]), dtype: value.dtype))) {
      $0 + places.combined(.equal, with: Tensor(Double($1), dtype: value.dtype))
    }
    return (self * Variable(constant: weights)).sum([shape.rank - 1], scale: 1 / Double(ranks.count))
  }

  /// The median along the last axis, […, n] as […, 1]: the mean of the two middle elements if n is even.
  ///
  /// ``orderStatistic(_:)`` says how it treats equal elements and numbers that are not finite.
  /// - Precondition: n > 0.
  public func median() -> Variable {
    let count = shape[-1]
    return orderStatistic(count % 2 == 1 ? [count / 2] : [count / 2 - 1, count / 2])
  }
}

extension Tensor {
  /// [1, n, n]: at (i, j) 1 if j < i, else 0.
  fileprivate static func precedence(_ count: Int, _ dtype: DType) -> Tensor {
    func filled<Element: ExpressibleByIntegerLiteral>(_ type: Element.Type) -> Tensor {
      Tensor(shape: [1, count, count], dtype: dtype) { bytes in
        let numbers = bytes.bindMemory(to: Element.self)
        for place in numbers.indices { numbers.initializeElement(at: place, to: place % count < place / count ? 1 : 0) }
      }
    }
    return dtype == .float64 ? filled(Double.self) : filled(Float.self)
  }
}
