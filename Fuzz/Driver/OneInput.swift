import Foundation
import FuzzTargets

private let target: FuzzTarget = {
    let name = ProcessInfo.processInfo.environment["DMOE_FUZZ_TARGET"] ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
        fatalError("DMOE_FUZZ_TARGET must be one of \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return target
}()

/// What libFuzzer calls with every input (llvm.org/docs/LibFuzzer.html); its `main` comes with the sanitizer.
@c(LLVMFuzzerTestOneInput)
public func oneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let data = bytes.map { Data(bytes: $0, count: count) } ?? Data()
    if let violation = target.violation(data, longTexts: 64) {
        FileHandle.standardError.write(Data("violation: \(violation)\n".utf8))
        abort()
    }
    return 0
}
