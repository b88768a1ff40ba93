import Foundation

/// A line for the reader, at once even where the output goes to a file.
func say(_ text: String) {
    print(text)
    fflush(nil)
}
