import CSectionBounds

/// The types of one kind that are linked into this program, by id.
///
/// There is no central list: a type is registered if its target is linked and its file ends with a ``RegistryRecord``. A section
/// covers one linked image, so types from another dynamic library must be passed in `adding`.
public struct Registry<Item: Sendable>: Sendable {
  /// Every registered item, sorted by id.
  public let items: [(id: String, item: Item)]

  /// Reads the records of a section.
  ///
  /// - Parameters:
  ///   - section: The section with the records.
  ///   - type: The type of the metatype existential that the section's accessors write.
  ///   - adding: Items from other linked images.
  ///   - id: Returns the stable name of an item.
  /// - Precondition: No two items share an id, and every record has version 1.
  public init(_ section: RegistrySection, of type: Item.Type = Item.self, adding: [Item] = [], id: (Item) -> String) {
    self.init(Self.records(in: section) + adding, id: id)
  }

  /// A registry of the given items only, without a section.
  ///
  /// - Precondition: No two items share an id.
  public init(_ items: [Item], id: (Item) -> String) {
    self.items = items.map { (id: id($0), item: $0) }.sorted { $0.id < $1.id }
    for (first, second) in zip(self.items, self.items.dropFirst()) {
      require(first.id != second.id, "two items are registered as '\(first.id)': \(first.item) and \(second.item)")
    }
  }

  /// The ids of all items, sorted.
  public var ids: [String] { items.map(\.id) }

  /// The item with the given id.
  ///
  /// - Throws: ``LookupError``, with the nearest id, if there is no such item.
  public func item(_ id: String, kind: String) throws(LookupError) -> Item {
    if let found = items.first(where: { $0.id == id }) { return found.item }
    throw LookupError(kind: kind, name: id, known: ids)
  }

  private static func records(in section: RegistrySection) -> [Item] {
    let bounds =
      switch section {
      case .algorithms: section_bounds_algorithm_records()
      case .tasks: section_bounds_task_records()
      case .models: section_bounds_model_records()
      case .losses: section_bounds_loss_records()
      case .optimizers: section_bounds_optimizer_records()
      case .objectives: section_bounds_objective_records()
      case .differentiations: section_bounds_differentiation_records()
      }
    guard let start = bounds.start, let end = bounds.end else { return [] }
    let count = (end - start) / MemoryLayout<RegistryRecord>.stride
    let records = UnsafeBufferPointer(start: start.assumingMemoryBound(to: RegistryRecord.self), count: count)
    return records.map { record in
      require(record.version == 1, "a record of \(section.rawValue) has version \(record.version), this registry reads 1")
      return withUnsafeTemporaryAllocation(of: Item.self, capacity: 1) { memory in
        guard let base = memory.baseAddress else { fatalError("an allocation of one item has an address") }
        record.accessor(UnsafeMutableRawPointer(base))
        return base.move()
      }
    }
  }
}
