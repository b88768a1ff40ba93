import Foundation
import Messages

// What to do about an error.
extension TableError {
    static func advice(
        on kind: Spelling, _ known: [String], near: String?, _ style: OptionStyle
    ) -> String {
        let shown = known.prefix(20).map(\.quoted).joined(separator: ", ")
        let list = known.count > 20 ? "\(shown) and \(known.count - 20) more" : shown
        let correct = near.map { "write \($0.quoted) if that is meant" } ?? "correct the field"
        return switch kind {
        case .level:
            "which is no level of it in the study (\(list)); \(correct), or add the level to the study before sites are "
                + "fitted"
                + (RequestOption.unknownLevels.exists(in: style)
                    ? "; predict and evaluate can take it as the reference "
                        + "(\(RequestOption.unknownLevels.setting("reference", style)))" : "")
        case .answer: "which is neither spelling of it in the study (\(list)); \(correct)"
        case .aClass: "which is none of the classes (\(list)); \(correct)"
        }
    }

    /// Whether a text is a number but for commas: `1,5`, `1,000`.
    package static func hasDecimalComma(_ field: String) -> Bool {
        CSVNumber.value(of: field.replacingOccurrences(of: ",", with: ".")) != nil
    }

    static let decimalPointAdvice =
        "write numbers with a decimal point and without separators of thousands"

    static func advice(onMixed field: String?, isTarget: Bool, _ style: OptionStyle) -> String {
        if let field, hasDecimalComma(field) { return decimalPointAdvice }
        let correct = "correct the field, write NA if it is missing, "
        if isTarget {
            return correct + "or fit them as classes: \(RequestOption.family.setting("multinomial", style))"
        }
        let exclude = RequestOption.exclude.exists(in: style) ? " with \(RequestOption.exclude.name(style))" : ""
        // Studies are written by the command line alone.
        return correct
            + "leave the column out\(exclude), or make it a category in a study (\(Operation.newStudy.name(style)) "
            + "\(RequestOption.categories.name(.commandLine)))"
    }

    static func advice(for name: String, _ available: [String]) -> String {
        let wanted = name.trimmingCharacters(in: .whitespaces).lowercased()
        if let near = available.first(where: { $0.trimmingCharacters(in: .whitespaces).lowercased() == wanted }) {
            return "did you mean \(near.quoted)?"
        }
        if available.count == 1, let only = available.first, only.contains(where: { ";,\t|".contains($0) }) {
            return "the header is the single name \(only.quoted); check the delimiter"
        }
        let shown = available.prefix(20).map(\.quoted).joined(separator: ", ")
        let rest = available.count > 20 ? " and \(available.count - 20) more" : ""
        return "the columns are \(shown)\(rest)"
    }
}

extension TableError.UnusableCovariate {
    func text(_ style: OptionStyle) -> String {
        switch self {
        case .noValue: "has no value: it cannot be a covariate; leave it out"
        case .constant(let value): "is \(value.quoted) in every row: a category has two levels or more; leave it out"
        case .tooManyValues(let most):
            "has more than \(most) different values, and a category at most so many: merge them, or leave it out"
        case .manyValues(let count):
            "is text of \(count) different values; name it with \(RequestOption.categories.name(style)) if it is a category, or "
                + "leave it out"
        }
    }
}

extension TableError.Remedy {
    var text: String {
        switch self {
        case .export: "export it as CSV (UTF-8) or as a .npy array"
        case .decompress(let command): "decompress it first (\(command)); of compressed files only gzip is read"
        case .convert(let encoding): "save the file as CSV in UTF-8, or convert it: iconv -f \(encoding) -t utf-8"
        }
    }
}
