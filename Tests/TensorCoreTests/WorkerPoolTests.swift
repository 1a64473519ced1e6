import Synchronization
import TensorCore
import Testing

@Suite struct WorkerPoolTests {
  struct Failure: Error, Hashable { let item: Int }

  @Test(arguments: [1, 2, 3, 8])
  func `results stand in the order of the items`(threads: Int) throws {
    let pool = WorkerPool(threads: threads)
    #expect(pool.threads == threads)
    for count in [0, 1, 2, 7, 100] { #expect(try pool.map(count) { $0 * $0 } == (0..<count).map { $0 * $0 }) }
  }

  @Test func `each item is taken once, over many rounds`() throws {
    let pool = WorkerPool(threads: 3)
    let taken = Mutex<[Int]>([])
    for _ in 0..<2000 { _ = try pool.map(4) { item in taken.withLock { $0.append(item) } } }
    #expect(taken.withLock { $0.sorted() } == (0..<4).flatMap { Array(repeating: $0, count: 2000) })
  }

  @Test func `the same tensors from any number of threads`() throws {
    func sums(threads: Int) throws -> [Double] {
      try WorkerPool(threads: threads).map(20) { try Tensor.random([100, 30], "item \($0)", .float32).map(.tanh).total.scalar }
    }
    let expected = try sums(threads: 1)
    #expect(try sums(threads: 2) == expected)
    #expect(try sums(threads: 5) == expected)
  }

  @Test(arguments: [1, 4])
  func `the first failure by number is thrown`(threads: Int) {
    let pool = WorkerPool(threads: threads)
    for _ in 0..<50 {
      #expect(throws: Failure(item: 3)) {
        try pool.map(10) { item in
          if item >= 3 { throw Failure(item: item) }
          return item
        }
      }
    }
    #expect(throws: Never.self) { try pool.map(10) { $0 } }
  }

  @Test func `only the active threads take items, whatever their number was before`() throws {
    let pool = WorkerPool(threads: 4)
    for round in 0..<2000 {
      pool.active = [4, 1, 2, 3, 1, 4, 2][round % 7]
      let active = pool.active
      let workers = try pool.map(9) { (item: Int, worker: Int) in (item, worker) }
      #expect(workers.map(\.0) == Array(0..<9) && workers.allSatisfy { $0.1 < active })
    }
    pool.active = 0
    #expect(pool.active == 1)
    pool.active = 9
    #expect(pool.active == 4)
  }

  @Test func `callers on several threads take turns`() async throws {
    let pool = WorkerPool(threads: 2)
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for caller in 0..<8 { group.addTask { try pool.map(50) { $0 + caller } == (0..<50).map { $0 + caller } } }
      for try await isRight in group { #expect(isRight) }
    }
  }

  /// Each item waits until two items run at once, so the test passes only if two threads work.
  @Test(.timeLimit(.minutes(1))) func `two threads work at the same time`() throws {
    let pool = WorkerPool(threads: 2)
    let held = Atomic<Int>(0)
    let workers = try pool.map(2) { (_: Int, worker: Int) in
      held.add(1, ordering: .sequentiallyConsistent)
      while held.load(ordering: .sequentiallyConsistent) < 2 {}
      return worker
    }
    #expect(Set(workers) == [0, 1])
  }

  @Test func `a pool of no threads traps`() async {
    await #expect(processExitsWith: .failure) { _ = WorkerPool(threads: 0) }
  }
}
