/// An error or a warning whose text names options.
///
/// It is one text in three spellings: of the command line, of Python and of Swift. All errors and warnings of the library
/// are such messages.
public protocol DoorMessage: CustomStringConvertible, Sendable {
    /// One line, with options spelled as the interface has them.
    func text(_ style: OptionStyle) -> String
}

extension DoorMessage {
    /// The text with options spelled as in Swift.
    public var description: String { text(.swift) }
}

extension DoorMessage where Self: Codable {
    /// The name of the case, as in files.
    package var code: String { MessageCode(self).code }
}

/// The text of any error for a door.
package func text(of error: any Error, _ style: OptionStyle) -> String {
    (error as? any DoorMessage)?.text(style) ?? String(describing: error)
}
