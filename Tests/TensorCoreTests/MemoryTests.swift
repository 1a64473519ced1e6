import Synchronization
import TensorCore
import Testing

/// The memory counters belong to the process, so each test has its own process.
@Suite struct MemoryTests {
  @Test func `the high-water mark holds what was live at once`() async {
    await #expect(processExitsWith: .success) {
      let megabyte = 1 << 20
      let before = TensorMemory.liveBytes
      TensorMemory.resetPeak()
      for _ in 0..<8 { _ = Tensor.zeros([megabyte]).total }
      let one = TensorMemory.peakBytes - before
      // 4 MiB of float32 and at most 2 MiB more, not eight times as much.
      precondition(one >= 4 * megabyte && one <= 6 * megabyte, "one at a time: \(one)")
      let kept = (0..<8).map { _ in Tensor.zeros([megabyte]) }
      let all = TensorMemory.peakBytes - before
      precondition(all >= 32 * megabyte && all <= 42 * megabyte, "eight at once: \(all)")
      precondition(kept.count == 8)
    }
  }

  @Test func `what is released is no longer live, and the mark can start anew`() async {
    await #expect(processExitsWith: .success) {
      let before = TensorMemory.liveBytes
      do {
        let block = Tensor.zeros([1 << 20])
        precondition(TensorMemory.liveBytes >= before + 4 << 20)
        precondition(block.shape[0] == 1 << 20)
      }
      precondition(TensorMemory.liveBytes <= before + 1 << 16)
      precondition(TensorMemory.peakBytes >= before + 4 << 20)
      TensorMemory.resetPeak()
      precondition(TensorMemory.peakBytes <= before + 1 << 16)
      TensorMemory.trim()
      precondition(Tensor.ones([1 << 20]).total.scalar == Double(1 << 20))
    }
  }

  @Test func `views share storage`() async {
    await #expect(processExitsWith: .success) {
      let block = Tensor.zeros([1 << 20])
      TensorMemory.resetPeak()
      let before = TensorMemory.peakBytes
      let views = (0..<100).map { _ in block.expanded(over: 25).reshaped([25, 1 << 10, 1 << 10])[3].slice(1..<3) }
      precondition(views.count == 100)
      precondition(TensorMemory.peakBytes - before <= 1 << 16)
    }
  }

  /// One thread draws tasks and another uses them up, throughout a run.
  @Test func `blocks that one thread takes and another frees do not pile up`() async {
    await #expect(processExitsWith: .success) {
      let pool = WorkerPool(threads: 2)
      func steps(_ count: Int) {
        for _ in 0..<count {
          let taken = Mutex<[Tensor]>([])
          pool.together { thread in
            if thread == 1 { taken.withLock { $0 = (0..<16).map { Tensor.zeros([1000 + $0]) } } }
          }
          taken.withLock { $0 = [] }
        }
      }
      steps(10)
      let before = TensorMemory.reservedBytes
      precondition(before > 16 * 4000, "the system has given \(before) bytes")
      steps(1000)
      let grown = TensorMemory.reservedBytes - before
      precondition(grown == 0, "\(grown) bytes more after 1000 steps")
    }
  }

  /// The main thread frees blocks of threads that have ended; new pools and the main thread reuse them.
  @Test func `blocks of threads that have ended are used again`() async {
    await #expect(processExitsWith: .success) {
      func step() -> [Tensor] {
        let pool = WorkerPool(threads: 2)
        let taken = Mutex<[Tensor]>([])
        pool.together { thread in
          if thread == 1 { taken.withLock { $0 = (0..<16).map { Tensor.zeros([1000 + $0]) } } }
        }
        return taken.withLock { $0 }
      }
      for _ in 0..<3 { precondition(step().count == 16) }
      let before = TensorMemory.reservedBytes
      for _ in 0..<100 { precondition(step().count == 16) }
      // Blocks freed after the pool has ended belong to the main thread.
      let own = (0..<16).map { Tensor.zeros([1000 + $0]) }
      let grown = TensorMemory.reservedBytes - before
      precondition(own.count == 16 && grown <= 0, "\(grown) bytes more after 100 pools")
    }
  }

  @Test func `a cache that is given back while other threads use theirs`() async {
    await #expect(processExitsWith: .success) {
      let pool = WorkerPool(threads: 3)
      let handed = Mutex<[Tensor]>([])
      pool.together { thread in
        for round in 0..<2000 {
          if thread == 0 {
            TensorMemory.trim()
          } else {
            let one = Tensor(repeating: Double(round), shape: [100 + round % 7])
            let former = handed.withLock { list in
              list.append(one)
              return list.count > 8 ? list.removeFirst() : one
            }
            precondition(former.total.scalar == former.scalarAtStart * Double(former.shape[0]))
          }
        }
      }
    }
  }

  @Test func `memory goes back to the system, what waits for another thread too`() async {
    await #expect(processExitsWith: .success) {
      let before = TensorMemory.reservedBytes
      let pool = WorkerPool(threads: 2)
      let taken = Mutex<[Tensor]>([])
      pool.together { thread in
        if thread == 1 { taken.withLock { $0 = (0..<4).map { _ in Tensor.zeros([1 << 20]) } } }
      }
      taken.withLock { $0 = [] }
      precondition(TensorMemory.reservedBytes >= before + 16 << 20)
      TensorMemory.trim()
      precondition(TensorMemory.reservedBytes <= before + 1 << 16, "\(TensorMemory.reservedBytes) bytes are kept")
    }
  }

  @Test func `blocks freed on other threads come back`() async {
    await withTaskGroup(of: Double.self) { group in
      for index in 0..<64 {
        group.addTask { Tensor(repeating: Double(index), shape: [1000 + index], dtype: .float64).mean([0]).scalar }
      }
      var sum = 0.0
      for await value in group { sum += value }
      #expect(abs(sum - 2016) < 1e-9)
    }
  }
}

extension Tensor {
  fileprivate var scalarAtStart: Double { self[0].scalar }
}
