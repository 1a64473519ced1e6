import Tasks
import TensorCore

extension TableData {
  /// Draws tasks of groups, stacked.
  func episodes(_ streams: [RandomStream], from groups: [Group], _ sampler: RowSampler) throws(TableError) -> Episodes {
    var drawn: [[Int]] = []
    var counts: [Int] = []
    for stream in streams {
      let draw = try sampler.draw(from: groups, stream)
      drawn.append(draw.rows)
      counts.append(draw.shots)
    }
    let (shots, end) = (sampler.shots, sampler.shots + sampler.queries)
    let shard = Episodes(
      support: labelled(drawn, 0..<shots), query: labelled(drawn, shots..<end),
      furtherSupports: (0..<sampler.supports - 1).map { labelled(drawn, end + $0 * shots..<end + ($0 + 1) * shots) })
    return counts.allSatisfy { $0 == shots } ? shard : shard.masked(counts, of: shots)
  }

  /// The shape of one input: a row, or a window of rows.
  private var itemShape: Shape { window == 0 ? [statistics.width] : [window, statistics.width] }

  /// Draws a task of classes.
  func episode(_ stream: RandomStream, from classes: [Group], in split: Split, _ sampler: FewShotSampler) throws(TaskError) -> Episode {
    let width = itemWidth
    return try sampler.episode(
      from: stream, split: split, classCount: classes.count, drawings: { classes[$0].count }, name: { classes[$0].name },
      itemShape: itemShape
    ) { number, drawing, item in
      let start = (classes[number].first + drawing) * width
      inputs.withUnsafeBufferPointer { _ = item.initialize(fromContentsOf: UnsafeBufferPointer(rebasing: $0[start..<start + width])) }
    }
  }

  /// The rows at some places of each task's draw.
  private func labelled(_ drawn: [[Int]], _ places: Range<Int>) -> LabelledSet {
    LabelledSet(
      inputs: gathered(inputs, itemWidth, drawn, places).reshaped(Shape([drawn.count, places.count] + itemShape.dimensions)),
      targets: statistics.isClassification
        ? .classes(gatheredLabels(drawn, places), ways: statistics.classes.count)
        : .values(gathered(values, statistics.targets.count, drawn, places)))
  }

  /// Some columns of the rows at some places of each task's draw: [tasks, places, width].
  private func gathered(_ numbers: [Float], _ width: Int, _ drawn: [[Int]], _ places: Range<Int>) -> Tensor {
    Tensor(shape: [drawn.count, places.count, width]) { target in
      numbers.withUnsafeBufferPointer { source in
        var place = 0
        for rows in drawn {
          for row in rows[places] {
            let own = UnsafeBufferPointer(rebasing: source[row * width..<(row + 1) * width])
            _ = UnsafeMutableBufferPointer(rebasing: target[place..<place + width]).initialize(fromContentsOf: own)
            place += width
          }
        }
      }
    }
  }

  /// The labels of the rows at some places of each task's draw: [tasks, places].
  private func gatheredLabels(_ drawn: [[Int]], _ places: Range<Int>) -> Tensor {
    Tensor(shape: [drawn.count, places.count], dtype: .int64) { bytes in
      let target = bytes.bindMemory(to: Int64.self)
      var place = 0
      for rows in drawn {
        for row in rows[places] {
          target.initializeElement(at: place, to: labels[row])
          place += 1
        }
      }
    }
  }
}
