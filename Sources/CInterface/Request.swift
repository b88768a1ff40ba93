import DistributedMoE
import Foundation
import Messages
import ModelFiles

/// A request that is no JSON of the wanted form, or that names what this interface does not have.
struct RequestError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}

/// What a call is asked for, as JSON.
enum Request {
    static func decode<Value: Decodable>(_ text: UnsafePointer<CChar>, as type: Value.Type) throws -> Value {
        let data = Data(String(cString: text).utf8)
        do {
            let value = try JSONDecoder().decode(type, from: data)
            try RequestKeys.check(try JSONSerialization.jsonObject(with: data), of: value)
            return value
        } catch let error as DecodingError { throw RequestError("the request cannot be read: \(error.problem)") }
    }

    /// The value of this name; nil where there is none.
    static func named<Value: RawRepresentable<String> & CaseIterable>(
        _ name: String?, _ option: RequestOption
    ) throws(RequestRefusal) -> Value? {
        guard let name else { return nil }
        return try option.named(name)
    }
}

extension DecodingError {
    fileprivate var problem: String {
        switch self {
        case .keyNotFound(let key, _): "'\(key.stringValue)' is missing"
        case .typeMismatch(let type, let context):
            "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' should hold \(JSONType.words(type))"
        case .valueNotFound(_, let context), .dataCorrupted(let context):
            "'\(context.codingPath.map(\.stringValue).joined(separator: "."))': \(context.debugDescription)"
        @unknown default: "\(self)"
        }
    }
}
