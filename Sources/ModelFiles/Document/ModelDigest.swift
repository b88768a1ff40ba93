import Messages
import MixtureOfExperts
import Numerics

/// What distinguishes one model file from another: SHA-256 of names, parameters and the moments that set the units of a round; or one study from
/// another.
///
/// A site answers at models that descend from one of its own: nobody is to make another model, or study, of the same digest.
package struct ModelDigest {
    private var hash = SHA256()

    init(_ fitted: FittedMixture) {
        let (model, design) = (fitted.model, fitted.model.design)
        add([model.family.name, design.target])
        // Absent from most, and so from their digests.
        for names in [model.family.response.classes, design.offsetFeature.map { [$0] }] { if let names { add(names) } }
        for names in [design.covariates, design.expertFeatures, design.gateFeatures] { add(names) }
        add(model.gate.coefficients.storage)
        for expert in model.experts { add(expert.coefficients + [expert.dispersion]) }
        for fixed in model.fixedDistributions { add([fixed.value].compactMap { $0 } + (fixed.noiseRange ?? [])) }
        for information in fitted.information { add(information.storage) }
        for moments in fitted.moments { add([moments.weight] + moments.mean + moments.scatter.storage) }
    }

    /// - Parameter names: lists whose lengths count too.
    init(names: [[String]]) {
        for list in names { add(list) }
    }

    /// 64 hexadecimal digits.
    var text: String { Hexadecimal.text(hash.digest()) }

    private mutating func add(_ names: [String]) {
        add(UInt64(names.count))
        for name in names {
            add(UInt64(name.utf8.count))
            hash.add(name.utf8)
        }
    }

    private mutating func add(_ numbers: [Double]) {
        add(UInt64(numbers.count))
        // Both zeros are one number.
        for number in numbers { add(number == 0 ? 0 : number.bitPattern) }
    }

    private mutating func add(_ number: UInt64) {
        hash.add(stride(from: UInt64(0), to: 64, by: 8).lazy.map { UInt8(truncatingIfNeeded: number >> $0) })
    }
}

extension FittedMixture {
    /// Of the model that statistics are taken at; see ``StatisticsFile``.
    package var digest: String { ModelDigest(self).text }
}
