import Foundation
import Messages

/// A line for the reader, at once even where the output goes to a file.
func say(_ text: String) {
    print(text)
    fflush(nil)
}
