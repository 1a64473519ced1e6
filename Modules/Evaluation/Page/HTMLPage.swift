/// A page in one file: no script, and nothing that is loaded from elsewhere.
package struct HTMLPage: Sendable, Hashable {
  /// A part of the page under a heading, which the table of contents names.
  package struct Section: Sendable, Hashable {
    package let heading: String
    package var content: [HTML]

    package init(_ heading: String, _ content: [HTML]) { (self.heading, self.content) = (heading, content) }
  }

  /// The title, also the name of the browser's window.
  package let title: String
  /// A line below the title; empty for none.
  package let subtitle: String
  /// What stands before the table of contents, such as the answer in one sentence.
  package var introduction: [HTML]
  package var sections: [Section]
  /// The last lines, such as the program's version; empty for none.
  package var footer: String

  package init(title: String, subtitle: String = "", introduction: [HTML] = [], sections: [Section] = [], footer: String = "") {
    (self.title, self.subtitle, self.introduction, self.sections, self.footer) = (title, subtitle, introduction, sections, footer)
  }

  /// The content of the file; equal pages give equal bytes.
  package var text: String {
    let title = HTML.escaped(title)
    let parts = sections.enumerated().map { index, section in
      """
      <section id="section-\(index + 1)" aria-labelledby="heading-\(index + 1)">
      <h2 id="heading-\(index + 1)">\(HTML.escaped(section.heading))</h2>
      \(Self.joined(section.content))</section>

      """
    }
    let contents = sections.enumerated().map { "<li><a href=\"#section-\($0 + 1)\">\(HTML.escaped($1.heading))</a></li>\n" }
    let navigation = sections.count < 2 ? "" : "<nav aria-label=\"Contents\"><ol>\n\(contents.joined())</ol></nav>\n"
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(title)</title>
      <style>
      \(HTMLStyle.text)
      </style>
      </head>
      <body>
      <header>
      <h1>\(title)</h1>
      \(subtitle.isEmpty ? "" : "<p class=\"subtitle\">\(HTML.escaped(subtitle))</p>\n")\(Self.joined(introduction))</header>
      \(navigation)<main>
      \(parts.joined())</main>
      \(footer.isEmpty ? "" : "<footer><p>\(HTML.escaped(footer))</p></footer>\n")</body>
      </html>

      """
  }

  private static func joined(_ content: [HTML]) -> String { content.map { $0.text + "\n" }.joined() }
}
