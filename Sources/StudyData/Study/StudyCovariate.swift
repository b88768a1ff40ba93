extension Study {
    /// A column of the table that is a covariate.
    package struct Covariate: Codable, Sendable, Equatable {
        package enum ValueType: String, Codable, Sendable, CaseIterable {
            /// One column, as it is.
            case number
            /// A 0/1 column for each level but the reference.
            case category
            /// A 0/1 column.
            case yesNo = "yes-no"
        }

        package var name: String
        /// For people.
        package var note: String?
        package var type: ValueType
        /// Of a category: as the table spells them.
        package var levels: [String]?
        /// Of a category: the level without a column.
        package var reference: String?
        /// Of yes-no: the spelling that counts as 1.
        package var yes: String?
        /// Of yes-no: the spelling that counts as 0.
        package var no: String?
        /// nil for the rule of the study.
        package var missing: MissingRule?
        /// Of a number with rule `mean`: what takes the place of a missing value at every site; nil for the site's own mean.
        package var value: Double?

        private init(name: String, type: ValueType, missing: MissingRule?) {
            self.name = name
            self.type = type
            self.missing = missing
        }

        package static func number(_ name: String, missing: MissingRule? = nil, value: Double? = nil) -> Covariate {
            var covariate = Covariate(name: name, type: .number, missing: missing)
            covariate.value = value
            return covariate
        }

        package static func category(
            _ name: String, levels: [String], reference: String, missing: MissingRule? = nil
        ) -> Covariate {
            var covariate = Covariate(name: name, type: .category, missing: missing)
            covariate.levels = levels
            covariate.reference = reference
            return covariate
        }

        package static func yesNo(
            _ name: String, yes: String, no: String, missing: MissingRule? = nil
        ) -> Covariate {
            var covariate = Covariate(name: name, type: .yesNo, missing: missing)
            covariate.yes = yes
            covariate.no = no
            return covariate
        }

        enum CodingKeys: String, CodingKey, CaseIterable {
            case name, note, type, levels, reference, yes, no, missing, value
        }

        /// - Throws: `DecodingError`, also for a field that is not known.
        package init(from decoder: any Decoder) throws {
            let fields = try StudyFields<CodingKeys>(decoder)
            name = try fields.value(.name)
            note = try fields.optional(.note)
            type = try fields.requiredChoice(.type)
            levels = try fields.optional(.levels)
            reference = try fields.optional(.reference)
            yes = try fields.optional(.yes)
            no = try fields.optional(.no)
            missing = try fields.choice(.missing)
            value = try fields.optional(.value)
        }
    }
}

extension Study.Covariate {
    /// The spellings that a field may have, the one of no column first; nil for numbers.
    var spellings: [String]? {
        switch type {
        case .number: nil
        case .category: [reference ?? ""] + (levels ?? []).filter { $0 != reference }
        case .yesNo: [no ?? "", yes ?? ""]
        }
    }

    /// - Parameter missing: the rule in force.
    func columnNames(missing: Study.MissingRule) -> [String] {
        var names =
            switch type {
            case .number, .yesNo: [name]
            case .category: (spellings ?? []).dropFirst().map { "\(name)=\($0)" }
            }
        if missing == .mean || missing == .level { names.append("\(name) missing") }
        return names
    }
}
