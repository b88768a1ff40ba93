import StudyData

/// What a field of a JSON text has to hold, in words.
package enum JSONType {
    package static func words(_ type: any Any.Type) -> String {
        switch type {
        case is String.Type: "text in quotation marks"
        case is Int.Type, is UInt64.Type: "a whole number"
        case is Double.Type: "a number"
        case is Bool.Type: "true or false"
        case is [String].Type, is [Double].Type, is [Any].Type, is [Study.Covariate].Type: "a list in brackets"
        default: "an object in braces"
        }
    }
}
