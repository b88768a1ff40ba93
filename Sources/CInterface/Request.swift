import Foundation
import Numerics
import StudyData

/// What is wrong with what a caller asks for, before a row is looked at.
struct RequestError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}

/// What a call is asked for, as JSON.
enum Request {
    static func decode<Value: Decodable>(_ text: UnsafePointer<CChar>, as type: Value.Type) throws -> Value {
        let data = Data(String(cString: text).utf8)
        do { return try JSONDecoder().decode(type, from: data) } catch let error as DecodingError {
            throw RequestError("the request cannot be read: \(error.problem)")
        }
    }

    static func check(_ condition: Bool, _ message: @autoclosure () -> String) throws {
        if !condition { throw RequestError(message()) }
    }

    static func missingRule(_ name: String?) throws -> RowSelection.MissingRule? {
        try name.map { name in
            guard let rule = RowSelection.MissingRule(rawValue: name) else {
                let known = RowSelection.MissingRule.allCases.map(\.rawValue).joined(separator: " or ")
                throw RequestError("missing must be \(known), not '\(name)'")
            }
            return rule
        }
    }

    static func check(minRows: Int?) throws {
        try check((1...1_000_000_000).contains(minRows ?? 1), "min_rows must be 1 or more")
    }

    static func parallelism(_ threads: Int?) throws -> Parallelism {
        try check((threads ?? 1) >= 1, "threads must be 1 or more")
        return Parallelism(threads: threads)
    }
}

extension DecodingError {
    fileprivate var problem: String {
        switch self {
        case .keyNotFound(let key, _): "'\(key.stringValue)' is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            "'\(context.codingPath.map(\.stringValue).joined(separator: "."))': \(context.debugDescription)"
        @unknown default: "\(self)"
        }
    }
}
