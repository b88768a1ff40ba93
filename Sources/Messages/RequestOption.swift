/// An option of a request, as messages name it: every door spells it in its own way.
///
/// A message that advises to change an option holds the option, never its spelling.
package enum RequestOption: String, Sendable, Hashable, CaseIterable {
    // Columns and rows.
    case study, target, family, classes, exposure, features, exclude, gateFeatures, weights, missing, categories
    case unknownLevels, outOfCore, delimiter, columns
    // Fits.
    case experts, starts, tolerance, maximumIterations, standardErrors, l1, l1Gate, l1Experts, l1Refit, minRows
    case criterion, holdout, rowsPerParameter, initialModels
    // Aggregation.
    case support, supportSize, siteWeights, method, gate, robust, globalExperts
    case models, statistics
    // Learning and comparison.
    case rounds, federatedRounds, shards, shardBy, methods, test, groups, pooled
    // Predictions.
    case interval, levels
    // Simulation.
    case profile, rows, testRows, capacity, shift
    // All.
    case seed, threads
}

/// The door that a message goes out by.
package enum OptionStyle: Sendable, CaseIterable {
    /// `--min-rows 10`
    case commandLine
    /// `min_rows=10`
    case python
    /// `minRows: 10`
    case swift
}

extension RequestOption {
    /// The name alone: `--min-rows`, `min_rows`, `minRows`.
    package func name(_ style: OptionStyle) -> String {
        switch style {
        case .commandLine: "--" + commandLineName
        case .python: pythonName
        case .swift: rawValue
        }
    }

    /// The option with a value: `--family poisson`, `family="poisson"`, `family: "poisson"`.
    ///
    /// - Parameter value: a text, quoted where the language wants it.
    package func setting(_ value: String, _ style: OptionStyle) -> String {
        switch style {
        case .commandLine: "\(name(style)) \(value)"
        case .python: "\(name(style))=\"\(value)\""
        case .swift: "\(name(style)): \"\(value)\""
        }
    }

    /// The option with a number.
    package func setting(_ value: Int, _ style: OptionStyle) -> String {
        switch style {
        case .commandLine: "\(name(style)) \(value)"
        case .python: "\(name(style))=\(value)"
        case .swift: "\(name(style)): \(value)"
        }
    }

    /// The option turned on or off: `--no-robust`, `robust=False`, `robust: false`.
    package func setting(_ value: Bool, _ style: OptionStyle) -> String {
        switch style {
        case .commandLine: value ? name(style) : "--no-" + commandLineName
        case .python: "\(name(style))=\(value ? "True" : "False")"
        case .swift: "\(name(style)): \(value)"
        }
    }

    private var commandLineName: String {
        switch self {
        case .maximumIterations: "max-iterations"
        case .unknownLevels: "unknown"
        default: words.joined(separator: "-")
        }
    }

    private var pythonName: String {
        switch self {
        case .maximumIterations: "max_iterations"
        case .threads: "n_jobs"
        default: words.joined(separator: "_")
        }
    }

    /// The words of the name in lower case; a digit belongs to the word before it.
    private var words: [String] {
        rawValue.reduce(into: [""]) { words, character in
            if character.isUppercase { words.append("") }
            words[words.count - 1] += character.lowercased()
        }
    }
}

/// An error or a warning whose text names options: one text, in the spelling of the door that shows it.
package protocol DoorMessage: CustomStringConvertible, Sendable {
    /// One line.
    func text(_ style: OptionStyle) -> String
}

extension DoorMessage {
    /// In the spelling of Swift.
    package var description: String { text(.swift) }
}
