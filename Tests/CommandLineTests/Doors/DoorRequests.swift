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
    /// Doors that lack one of the options: `commandLine`, `python`.
    let without: [String]

    var testDescription: String { name }

    enum Value: Sendable, Equatable {
        case text(String), number(Double), flag(Bool), names([String]), numbers([Double]), range(Int, Int)
        /// A study file.
        case study(String)
        case none
    }

    subscript(_ option: RequestOption) -> Value? { options.first { $0.option == option }?.value }

    /// - Parameter job: a key of the table.
    static func of(_ job: String) throws -> [DoorRequest] {
        let url = try #require(Bundle.module.url(forResource: "Resources/requests", withExtension: "json"))
        let table = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
        return try #require(table[job] as? [[String: Any]]).map { entry in
            let options = try #require(entry["options"] as? [String: Any])
            return DoorRequest(
                name: try #require(entry["name"] as? String),
                options: try options.sorted { $0.key < $1.key }.map {
                    let option = try #require(RequestOption(rawValue: $0.key))
                    return (option, try value($0.value, of: option))
                },
                refused: entry["refused"] as? String, isRefusedByParser: entry["byParser"] as? Bool ?? false,
                without: entry["without"] as? [String] ?? [])
        }
    }

    private static func value(_ any: Any, of option: RequestOption) throws -> Value {
        switch any {
        case let text as String: return .text(text)
        case let names as [String]: return .names(names)
        case let range as [Int] where option == .experts: return .range(range[0], range[1])
        case let numbers as [Double]: return .numbers(numbers)
        case let number as NSNumber:
            // On Apple's systems true is a number too.
            return String(cString: number.objCType) == "c" ? .flag(number.boolValue) : .number(number.doubleValue)
        case let study as [String: Any]:
            return .study(String(decoding: try JSONSerialization.data(withJSONObject: study), as: UTF8.self))
        case is NSNull: return .none
        default: throw Unknown(what: "\(any)")
        }
    }

    struct Unknown: Error { var what: String }
}

extension DoorRequest.Value {
    var integer: Int? { if case .number(let value) = self { Int(value) } else { nil } }
    var number: Double? { if case .number(let value) = self { value } else { nil } }
    var text: String? {
        switch self {
        case .text(let value), .study(let value): value
        default: nil
        }
    }
    var names: [String]? { if case .names(let value) = self { value } else { nil } }
    var numbers: [Double]? { if case .numbers(let value) = self { value } else { nil } }
    var flag: Bool? { if case .flag(let value) = self { value } else { nil } }
}

// MARK: The command line

extension DoorRequest {
    /// - Parameter workspace: where a study file is written to; the files of sites are there.
    func arguments(_ workspace: Workspace) throws -> [String] {
        try options.flatMap { option, value -> [String] in
            let name = option.name(.commandLine)
            switch value {
            case .text(let text): return [name, option == .support ? text + ".csv" : text]
            case .number(let number): return ["\(name)=\(Format.label(number))"]
            case .names(let names): return [name, names.joined(separator: ",")]
            case .numbers(let numbers) where option == .pointMass:
                return numbers.flatMap { [name, Format.label($0)] }
            case .numbers(let numbers) where option == .noise:
                return [name, numbers.map(Format.label).joined(separator: "..")]
            case .numbers(let numbers): return [name, numbers.map(Format.label).joined(separator: ",")]
            case .range(let first, let last): return [name, "\(first)..\(last)"]
            case .flag(let isOn): return [isOn ? name : "--no-" + name.dropFirst(2)]
            case .study(let text):
                try workspace.write(text, to: "study.json")
                return [name, "study.json"]
            case .none: throw Unknown(what: "the command line has no way to leave out \(name)")
            }
        }
    }
}

// MARK: C

extension DoorRequest {
    /// The request of a C function as JSON.
    ///
    /// - Parameters:
    ///   - columns: whether options on columns stand in an object of their own.
    ///   - more: what is no option.
    func json(columns isNested: Bool = false, adding more: [String: Any] = [:]) throws -> String {
        var request = more
        var columns = [String: Any]()
        for (option, value) in options where option != .support {
            switch (option, value) {
            case (.l1, _): request["l1Automatic"] = true
            case (.experts, .text): request["expertsAutomatic"] = true
            case (.minRows, .none): request["ownRows"] = true
            case (.initialModels, _): continue
            case (_, .range(let first, let last)):
                request["expertsFrom"] = first
                request[option.nameInC] = last
            case _ where isNested && Self.ofColumns.contains(option): columns[option.nameInC] = value.json
            default: request[option.nameInC] = value.json
            }
        }
        if isNested { request["columns"] = columns }
        return String(decoding: try JSONSerialization.data(withJSONObject: request), as: UTF8.self)
    }
}

extension RequestOption {
    fileprivate var nameInC: String {
        switch self {
        case .features: "covariates"
        case .gateFeatures: "gateCovariates"
        case .maximumIterations: "maxIterations"
        default: rawValue
        }
    }
}

extension DoorRequest.Value {
    fileprivate var json: Any {
        switch self {
        case .text(let text), .study(let text): text
        case .number(let number): number == number.rounded() ? Int(number) as Any : number as Any
        case .flag(let isOn): isOn
        case .names(let names): names
        case .numbers(let numbers): numbers
        case .range(let first, let last): [first, last]
        case .none: NSNull()
        }
    }
}
