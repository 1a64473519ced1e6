#if MPI
import Algorithms
import CMPI

/// Carries messages between the processes of an MPI job; one thread calls it.
final class MPITransport: RankTransport {
  let rank: Int
  let count: Int
  /// The name of this machine.
  let host: String

  /// Connects this process with the others of its job.
  init() {
    cmpi_start()
    (rank, count) = (Int(cmpi_rank()), Int(cmpi_count()))
    host = String(cString: cmpi_host())
  }

  func send(_ message: [UInt8]) {
    message.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress { cmpi_send(base, Int64(bytes.count)) }
    }
  }

  func received() -> (rank: Int, message: [UInt8])? {
    var rank: Int32 = 0
    var size: Int64 = 0
    guard cmpi_arrived(&rank, &size) else { return nil }
    let message = [UInt8](unsafeUninitializedCapacity: max(Int(size), 1)) { buffer, count in
      if let base = buffer.baseAddress { cmpi_take(base) }
      count = Int(size)
    }
    return (Int(rank), message)
  }

  func broadcast(_ message: [UInt8]) {
    message.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress { cmpi_cast(base, Int64(bytes.count)) }
    }
    let patience = Patience()
    while cmpi_casted() < 0 { patience.pause() }
  }

  func broadcasted() -> [UInt8]? {
    let size = cmpi_casted()
    return size < 0 ? nil : Array(UnsafeRawBufferPointer(start: cmpi_cast_bytes(), count: Int(size)))
  }

  func raise(_ signal: Int32, at rank: Int) { cmpi_raise(signal, Int32(rank)) }

  func raised() -> Int32? {
    let signal = cmpi_raised()
    return signal == 0 ? nil : signal
  }

  func finish() { cmpi_finish() }

  func abort(status: Int32) -> Never {
    cmpi_abort(status)
    fatalError("the processes of all ranks have ended")
  }
}
#endif
