/// Colours, dashes and marks, which differ in more than the colour.
enum ChartStyle {
  /// Seven colours that people with any common colour blindness can tell apart; the palette's yellow is too pale on white.
  ///
  /// - SeeAlso: Okabe and Ito, "Color Universal Design", <https://jfly.uni-koeln.de/color/>
  static let colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000"]
  /// gnuplot's filled circle, square, triangle, inverted triangle and diamond.
  static let marks = [7, 5, 9, 11, 13]
  private static let dashes = ["1", "(9,4)", "(3,3)", "(12,4,3,4)"]

  static let text = "#222222"
  static let axis = "#666666"
  static let grid = "#E3E3E3"
  static let reference = "#767676"

  static func colour(_ index: Int) -> String { colours[index % colours.count] }
  static func mark(_ index: Int) -> Int { marks[index % marks.count] }
  static func dash(_ index: Int) -> String { dashes[index % dashes.count] }
}
