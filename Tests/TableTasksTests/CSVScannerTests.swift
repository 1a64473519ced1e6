import TableTasks
import Testing

/// Cells, rows and quotes.
@Suite struct CSVScannerTests {
  private func rows(_ text: String, separator: Character = ",") throws -> [[String]] {
    let bytes = Array(text.utf8)
    return try bytes.withUnsafeBufferPointer { bytes in
      var scanner = CSVScanner(bytes, separator: separator.asciiValue ?? 0)
      var rows: [[String]] = [[]]
      while let cell = try scanner.next() {
        rows[rows.count - 1].append(String(decoding: cell.content, as: UTF8.self))
        if cell.endsRow { rows.append([]) }
      }
      #expect(rows.last == [])
      return Array(rows.dropLast())
    }
  }

  @Test func `cells and rows`() throws {
    #expect(try rows("a,b\n1,2\n") == [["a", "b"], ["1", "2"]])
    #expect(try rows("a,b\n1,2") == [["a", "b"], ["1", "2"]])
    #expect(try rows("a;b\n1,5;2\n", separator: ";") == [["a", "b"], ["1,5", "2"]])
    #expect(try rows("") == [])
  }

  @Test func `empty cells`() throws {
    #expect(try rows("a,,c\n,,\n") == [["a", "", "c"], ["", "", ""]])
    #expect(try rows("a,b\n1,") == [["a", "b"], ["1", ""]])
    #expect(try rows("a\n\"\"\n") == [["a"], [""]])
  }

  @Test func `line ends of Windows`() throws {
    #expect(try rows("a,b\r\n1,\"2\"\r\n") == [["a", "b"], ["1", "2"]])
    #expect(try rows("a\r\n\"b\"\r") == [["a"], ["b"]])
    #expect(try rows("a\r\nb\r") == [["a"], ["b"]])
  }

  @Test func `quotes protect separators, line ends and doubled quotes`() throws {
    #expect(try rows("\"a,b\",\"c\nd\",\"e\r\nf\"\n") == [["a,b", "c\nd", "e\r\nf"]])
    #expect(try rows("\"say \"\"yes\"\"\",\"\"\"\"\n") == [["say \"yes\"", "\""]])
    #expect(try rows("5\" tall,x\n") == [["5\" tall", "x"]])
  }

  @Test func `blank lines are skipped and counted`() throws {
    #expect(try rows("\n\r\na,b\n\n1,2\n\n") == [["a", "b"], ["1", "2"]])
    #expect(throws: TableError.textAfterQuote(row: 4)) { try rows("a\n\n\n\"b\"c\n") }
  }

  @Test func `malformed quotes name their row`() throws {
    #expect(throws: TableError.unterminatedQuote(row: 2)) { try rows("a,b\n1,\"2\n3,4\n") }
    #expect(throws: TableError.textAfterQuote(row: 3)) { try rows("a\n\"b\nb\"\n\"c\" \n") }
  }
}
