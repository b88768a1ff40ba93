import DistributedMoE
import Foundation
import Messages

/// What a call of another language gets: a text, or what went wrong and of which kind.
///
/// The caller releases it.
final class Answer: Sendable {
    /// 0, or a number of ``ExitCode``.
    let status: Int32
    private nonisolated(unsafe) let bytes: UnsafeMutablePointer<CChar>
    /// Without the zero at the end.
    let length: Int
    /// What went wrong, to be said in another spelling.
    let error: (any Error)?
    /// What there is to be said of how rows were read.
    let notices: [ReadingNotice]

    init(_ text: String, status: Int32 = 0, error: (any Error)? = nil, notices: [ReadingNotice] = []) {
        self.status = status
        self.error = error
        self.notices = notices
        let characters = text.utf8CString
        length = characters.count - 1
        bytes = .allocate(capacity: characters.count)
        for (index, character) in characters.enumerated() { bytes[index] = character }
    }

    deinit { bytes.deallocate() }

    var text: UnsafePointer<CChar> { UnsafePointer(bytes) }

    /// The text that `body` makes, or its error.
    static func of(_ body: () throws -> String) -> UnsafeMutableRawPointer { noting { _ in try body() } }

    /// The same with what is said of how rows were read.
    static func noting(_ body: (@escaping ReadingNotice.Handler) throws -> String) -> UnsafeMutableRawPointer {
        let heard = Notices()
        let answer: Answer
        do { answer = Answer(try body { heard.list.append($0) }, notices: heard.list) } catch {
            answer = Answer(
                Messages.text(of: error, .python), status: code(of: error).rawValue, error: error, notices: heard.list)
        }
        return Unmanaged.passRetained(answer).toOpaque()
    }

    /// In the thread that runs the job.
    private final class Notices {
        var list: [ReadingNotice] = []
    }

    /// By the numbers of ``answerSpelled(_:_:)``.
    static func style(_ number: Int32) -> OptionStyle {
        switch number {
        case 1: .estimator
        case 2: .r
        default: .python
        }
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

/// The text of an answer with options spelled otherwise: what went wrong has them in its sentences.
///
/// - Parameter style: 0 as the arguments of Python's functions, 1 as the parameters of its estimators, 2 as the arguments of R's
///   functions.
/// - Returns: an answer of its own with status 0.
@c(dmoe_answer_spelled)
public func answerSpelled(_ answer: UnsafeMutableRawPointer, _ style: Int32) -> UnsafeMutableRawPointer {
    Answer.of {
        let answer = Handle<Answer>(answer).value
        return answer.error.map { Messages.text(of: $0, Answer.style(style)) } ?? String(cString: answer.text)
    }
}

/// What there is to be said of how the rows were read: columns and rows left out, gaps that were filled.
///
/// - Parameter style: as of ``answerSpelled(_:_:)``.
/// - Returns: an answer of its own with a list of texts, a line each.
@c(dmoe_answer_notices)
public func answerNotices(_ answer: UnsafeMutableRawPointer, _ style: Int32) -> UnsafeMutableRawPointer {
    Answer.of {
        let texts = Handle<Answer>(answer).value.notices.map { $0.text(Answer.style(style)) }
        return String(decoding: try JSONEncoder().encode(texts), as: UTF8.self)
    }
}

/// Frees the answer, and its text with it.
@c(dmoe_answer_release)
public func answerRelease(_ answer: UnsafeMutableRawPointer) { Handle<Answer>(answer).release() }
