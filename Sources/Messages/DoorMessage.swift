/// An error or a warning whose text names options: one text, in the spelling of the door that shows it.
package protocol DoorMessage: CustomStringConvertible, Sendable {
    /// One line.
    func text(_ style: OptionStyle) -> String
}

extension DoorMessage {
    /// In the spelling of Swift.
    package var description: String { text(.swift) }
}

extension DoorMessage where Self: Codable {
    /// The name of the case, as in files.
    package var code: String { MessageCode(self).code }
}

/// The text of any error for a door.
package func text(of error: any Error, _ style: OptionStyle) -> String {
    (error as? any DoorMessage)?.text(style) ?? String(describing: error)
}
