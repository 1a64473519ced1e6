package import Tasks

/// An episode of pictures: the support set by class, and the query set with true and predicted labels.
package struct EpisodePictures: Sendable, Hashable {
  /// A picture of the support set.
  package struct Given: Sendable, Hashable {
    package let picture: Picture
    package let label: String

    package init(picture: Picture, label: String) { (self.picture, self.label) = (picture, label) }
  }

  /// A picture of the query set.
  package struct Asked: Sendable, Hashable {
    package let picture: Picture
    /// The true label, and the model's answer.
    package let label, predicted: String

    package init(picture: Picture, label: String, predicted: String) {
      (self.picture, self.label, self.predicted) = (picture, label, predicted)
    }
  }

  package let title: String
  /// The support set, in the order in which it is shown.
  package let support: [Given]
  /// The query set, in the order in which it is shown.
  package let query: [Asked]

  package init(title: String, support: [Given], query: [Asked]) {
    (self.title, self.support, self.query) = (title, support, query)
  }

  /// The pictures on a card, embedded as PNG.
  package var html: HTML {
    let given = support.map { item($0.picture, "support picture, \($0.label)", ["label \($0.label)"], "") }
    let asked = query.map { entry in
      let isRight = entry.label == entry.predicted
      let verdict = isRight ? "✓ right" : "✗ wrong"
      return item(
        entry.picture, "query picture, true label \(entry.label), predicted \(entry.predicted)",
        ["true \(entry.label)", "said \(entry.predicted)", verdict], isRight ? "right" : "wrong")
    }
    let right = query.count { $0.label == $0.predicted }
    return .figure(
      title,
      [
        .heading("Support: the examples given"), list(given),
        .heading("Query: \(right) of \(query.count) predicted correctly"), list(asked),
      ])
  }

  private func list(_ items: [String]) -> HTML { HTML(markup: "<ul class=\"pictures\">\n\(items.joined())</ul>") }

  private func item(_ picture: Picture, _ alternative: String, _ lines: [String], _ style: String) -> String {
    let size = "width=\"\(picture.width)\" height=\"\(picture.height)\""
    let image = "<img src=\"\(PNG.address(PNG.encoded(picture)))\" \(size) alt=\"\(HTML.escaped(alternative))\">"
    let text = lines.map { HTML.escaped($0) }.joined(separator: "<br>")
    return "<li\(style.isEmpty ? "" : " class=\"\(style)\"")>\(image)\(text)</li>\n"
  }
}
