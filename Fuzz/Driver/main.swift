import CFuzzer
import Foundation
import FuzzTargets

// dmoe-fuzz TARGET [arguments of libFuzzer]: looks for bytes that break a law of the target.

guard CommandLine.arguments.count > 1, let target = FuzzTarget(rawValue: CommandLine.arguments[1]) else {
    print("dmoe-fuzz: give one of \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
    exit(64)
}

/// A function of C captures nothing.
nonisolated(unsafe) var chosen = target

var arguments: [UnsafeMutablePointer<CChar>?] =
    ([CommandLine.arguments[0]] + CommandLine.arguments.dropFirst(2)).map { strdup($0) } + [nil]
var count = Int32(arguments.count - 1)
arguments.withUnsafeMutableBufferPointer { buffer in
    var base: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = buffer.baseAddress
    exit(
        withUnsafeMutablePointer(to: &base) { pointer in
            LLVMFuzzerRunDriver(&count, pointer) { bytes, count in
                guard let bytes else { return 0 }
                if let violation = chosen.violation(Data(bytes: bytes, count: count)) { fatalError(violation) }
                return 0
            }
        })
}
