import Messages
import MixtureOfExperts

/// 64 bits that distinguish one model file from another: FNV-1a of names, parameters and the moments that set the units of a
/// round; or one study from another.
///
/// Not a signature: it guards against mistakes, not against deceit.
package struct ModelDigest {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    init(_ fitted: FittedMixture) {
        let (model, design) = (fitted.model, fitted.model.design)
        add([model.family.name, design.target])
        // Absent from most, and so from their digests.
        for names in [model.family.response.classes, design.offsetFeature.map { [$0] }] { if let names { add(names) } }
        for names in [design.covariates, design.expertFeatures, design.gateFeatures] { add(names) }
        add(model.gate.coefficients.storage)
        for expert in model.experts { add(expert.coefficients + [expert.dispersion]) }
        for information in fitted.information { add(information.storage) }
        for moments in fitted.moments { add([moments.weight] + moments.mean + moments.scatter.storage) }
    }

    /// - Parameter names: lists whose lengths count too.
    init(names: [[String]]) {
        for list in names { add(list) }
    }

    /// 16 hexadecimal digits.
    var text: String { Hexadecimal.text(words: [state]) }

    private mutating func add(_ names: [String]) {
        add(UInt64(names.count))
        for name in names {
            add(UInt64(name.utf8.count))
            for byte in name.utf8 { add(byte) }
        }
    }

    private mutating func add(_ numbers: [Double]) {
        add(UInt64(numbers.count))
        // Both zeros are one number.
        for number in numbers { add(number == 0 ? 0 : number.bitPattern) }
    }

    private mutating func add(_ number: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) { add(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    private mutating func add(_ byte: UInt8) { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
}

extension FittedMixture {
    /// Of the model that statistics are taken at; see ``StatisticsFile``.
    package var digest: String { ModelDigest(self).text }
}
