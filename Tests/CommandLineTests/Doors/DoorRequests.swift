import DistributedMoE
import Foundation
import Messages
import Testing

/// The table of requests that every door must take or refuse in the same way; `Resources/requests.json`, which the tests of
/// the Python package read too.
struct DoorRequest: Sendable, CustomTestStringConvertible {
    let name: String
    /// In a fixed order.
    let options: [(option: RequestOption, value: Value)]
    /// The text of the refusal in Python's spelling; nil where the request is good.
    let refused: String?
    let isRefusedByParser: Bool

    var testDescription: String { name }

    enum Value: Sendable, Equatable {
        case text(String), number(Double), flag(Bool), names([String]), range(Int, Int)
    }

    /// - Parameter job: a key of the table.
    static func of(_ job: String) throws -> [DoorRequest] {
        let url = try #require(Bundle.module.url(forResource: "Resources/requests", withExtension: "json"))
        let table = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
        return try #require(table[job] as? [[String: Any]]).map { entry in
            let options = try #require(entry["options"] as? [String: Any])
            return DoorRequest(
                name: try #require(entry["name"] as? String),
                options: try options.sorted { $0.key < $1.key }.map {
                    (try #require(RequestOption(rawValue: $0.key)), try value($0.value))
                },
                refused: entry["refused"] as? String, isRefusedByParser: entry["byParser"] as? Bool ?? false)
        }
    }

    private static func value(_ any: Any) throws -> Value {
        switch any {
        case let text as String: return .text(text)
        case let names as [String]: return .names(names)
        case let range as [Int]: return .range(range[0], range[1])
        case let number as NSNumber:
            // On Apple's systems true is a number too.
            return String(cString: number.objCType) == "c" ? .flag(number.boolValue) : .number(number.doubleValue)
        default: throw Unknown(what: "\(any)")
        }
    }

    struct Unknown: Error { var what: String }
}

extension DoorRequest.Value {
    var integer: Int? { if case .number(let value) = self { Int(value) } else { nil } }
    var number: Double? { if case .number(let value) = self { value } else { nil } }
    var text: String? { if case .text(let value) = self { value } else { nil } }
    var names: [String]? { if case .names(let value) = self { value } else { nil } }
    var flag: Bool? { if case .flag(let value) = self { value } else { nil } }
}

// MARK: The command line

extension DoorRequest {
    var arguments: [String] {
        options.flatMap { option, value -> [String] in
            let name = option.name(.commandLine)
            return switch value {
            case .text(let text): [name, text]
            case .number(let number): ["\(name)=\(Format.label(number))"]
            case .names(let names): [name, names.joined(separator: ",")]
            case .range(let first, let last): [name, "\(first)..\(last)"]
            case .flag(let isOn): [isOn ? name : "--no-" + name.dropFirst(2)]
            }
        }
    }
}

// MARK: C

extension DoorRequest {
    /// The request of a C function as JSON.
    ///
    /// - Parameter columns: whether options on columns stand in an object of their own.
    func json(columns isNested: Bool) throws -> String {
        var request = [String: Any]()
        var columns = [String: Any]()
        let ofColumns: Set<RequestOption> = [
            .target, .features, .gateFeatures, .family, .classes, .exposure, .weights, .missing,
        ]
        for (option, value) in options {
            let name =
                switch option {
                case .features: "covariates"
                case .gateFeatures: "gateCovariates"
                case .maximumIterations: "maxIterations"
                default: option.rawValue
                }
            switch (option, value) {
            case (.l1, _): request["l1Automatic"] = true
            case (.experts, .text): request["expertsAutomatic"] = true
            case (_, .range(let first, let last)):
                request["expertsFrom"] = first
                request[name] = last
            case _ where isNested && ofColumns.contains(option): columns[name] = value.json
            default: request[name] = value.json
            }
        }
        if isNested { request["columns"] = columns }
        return String(decoding: try JSONSerialization.data(withJSONObject: request), as: UTF8.self)
    }
}

extension DoorRequest.Value {
    fileprivate var json: Any {
        switch self {
        case .text(let text): text
        case .number(let number): number == number.rounded() ? Int(number) as Any : number as Any
        case .flag(let isOn): isOn
        case .names(let names): names
        case .range(let first, let last): [first, last]
        }
    }
}
