import Messages
import StudyData

extension Study {
    /// 64 hexadecimal digits that distinguish one study from another.
    ///
    /// Notes, number of experts and seed do not count: they change nothing in what a parameter means.
    package var digest: String { ModelDigest(self).text }
}

extension ModelDigest {
    init(_ study: Study) {
        var lists = [[study.target, study.family, study.missing.rawValue], study.classes ?? []]
        lists.append([study.exposure, study.weights].map { name in name.map { "=\($0)" } ?? "" })
        lists += [study.names(study.regression), study.names(study.gate)]
        // Absent from most, and so from their digests.
        for numbers in [study.pointMasses, study.noise] {
            if let numbers { lists.append(["=" + numbers.numbersText]) }
        }
        for covariate in study.covariates {
            lists.append([covariate.name, covariate.type.rawValue, study.missingRule(covariate).rawValue])
            lists.append(covariate.levels ?? [])
            let value = covariate.value.map(Format.label)
            lists.append([covariate.reference, covariate.yes, covariate.no, value].map { $0 ?? "" })
        }
        self.init(names: lists)
    }
}
