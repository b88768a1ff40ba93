import Foundation
import Messages

/// A key that a request does not have is refused, as the command line refuses an option that it does not know: a misspelt one would
/// leave its default in force.
enum RequestKeys {
    /// - Parameters:
    ///   - json: what `value` was decoded from.
    ///   - path: of the object in the request.
    /// - Throws: ``RequestError`` for the first unknown key, by the alphabet.
    static func check(_ json: Any, of value: Any, path: [String] = []) throws(RequestError) {
        let mirror = Mirror(reflecting: value)
        switch json {
        case let object as [String: Any] where mirror.displayStyle == .struct:
            let fields = Dictionary(
                mirror.children.compactMap { child in child.label.map { ($0, child.value) } },
                uniquingKeysWith: { first, _ in first })
            for key in object.keys.sorted() {
                guard let field = fields[key], let json = object[key] else {
                    throw unknown(key, path, known: fields.keys.sorted())
                }
                try check(json, of: field, path: path + [key])
            }
        case let list as [Any] where mirror.displayStyle == .collection:
            for (index, (json, element)) in zip(list, mirror.children).enumerated() {
                try check(json, of: element.value, path: path + [String(index)])
            }
        default:
            if mirror.displayStyle == .optional, let wrapped = mirror.children.first {
                try check(json, of: wrapped.value, path: path)
            }
        }
    }

    private static func unknown(_ key: String, _ path: [String], known: [String]) -> RequestError {
        let name = (path + [key]).joined(separator: ".")
        let advice = suggestion(for: key, among: known).map { " Did you mean '\($0)'?" } ?? ""
        return RequestError("unknown key '\(name)' in the request.\(advice)")
    }
}
