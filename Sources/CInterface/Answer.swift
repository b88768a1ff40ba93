import DistributedMoE
import Messages

/// What a call of another language gets: a text, or what went wrong and of which kind. The caller releases it.
final class Answer: Sendable {
    /// 0, or a number of ``ExitCode``.
    let status: Int32
    private nonisolated(unsafe) let bytes: UnsafeMutablePointer<CChar>
    /// Without the zero at the end.
    let length: Int

    init(_ text: String, status: Int32 = 0) {
        self.status = status
        let characters = text.utf8CString
        length = characters.count - 1
        bytes = .allocate(capacity: characters.count)
        for (index, character) in characters.enumerated() { bytes[index] = character }
    }

    deinit { bytes.deallocate() }

    var text: UnsafePointer<CChar> { UnsafePointer(bytes) }

    /// The text that `body` makes, or its error.
    static func of(_ body: () throws -> String) -> UnsafeMutableRawPointer {
        let answer: Answer
        do { answer = Answer(try body()) } catch {
            answer = Answer(Messages.text(of: error, .python), status: code(of: error).rawValue)
        }
        return Unmanaged.passRetained(answer).toOpaque()
    }

    private static func code(of error: any Error) -> ExitCode {
        switch error {
        case is RequestError: .usage
        default: ExitCode(error) ?? .ourFault
        }
    }
}

/// 0 where the call did what it was asked for; else a number of sysexits, or 130 where it was cancelled.
@c(dmoe_answer_status)
public func answerStatus(_ answer: UnsafeMutableRawPointer) -> Int32 { Handle<Answer>(answer).value.status }

/// UTF-8 with a zero at the end, there until the answer is released.
@c(dmoe_answer_text)
public func answerText(_ answer: UnsafeMutableRawPointer) -> UnsafePointer<CChar> { Handle<Answer>(answer).value.text }

/// Bytes of the text, without the zero at the end.
@c(dmoe_answer_length)
public func answerLength(_ answer: UnsafeMutableRawPointer) -> Int { Handle<Answer>(answer).value.length }

/// Frees the answer, and its text with it.
@c(dmoe_answer_release)
public func answerRelease(_ answer: UnsafeMutableRawPointer) { Handle<Answer>(answer).release() }
