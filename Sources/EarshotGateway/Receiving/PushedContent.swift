internal import Earshot
internal import EarshotFormats
internal import Foundation

extension Webhook.Content {
    /// The largest delivery that is taken, in bytes: mail comes with its attachments.
    var sizeLimit: Int {
        switch self {
        case .body, .ses: 1 << 20
        case .mailgun, .sendgrid, .postmark: 32 << 20
        }
    }

    /// The document in a genuine delivery; nil where it says something else than a document.
    ///
    /// Mail is the message as the provider received it, so that the same message is the same document by any way. What
    /// a provider took apart is not put together again: where the message itself is not sent, that is what is wrong.
    func document(in request: PushedRequest) throws(MalformedDocument) -> [UInt8]? {
        switch self {
        case .body: return request.body
        case .mailgun:
            return try field(
                "body-mime", of: request, "forward to an address that ends in \"mime\" (…/mime), or add a header of it")
        case .sendgrid:
            return try field("email", of: request, "tick \"POST the raw, full MIME message\" in Inbound Parse")
        case .postmark: return try postmark(request)
        case .ses: return try ses(request)
        }
    }

    private func field(
        _ name: String, of request: PushedRequest, _ advice: String
    ) throws(MalformedDocument) -> [UInt8] {
        guard let form = FormBody(request) else { throw MalformedDocument("no form") }
        guard let message = form[name], !message.isEmpty else {
            throw MalformedDocument("the message itself did not come (no field \"\(name)\"): \(advice)")
        }
        return message
    }

    private func postmark(_ request: PushedRequest) throws(MalformedDocument) -> [UInt8]? {
        let body = try JSONValue(parsing: request.body)
        guard let message = body["RawEmail"]?.text, !message.isEmpty else {
            throw MalformedDocument(
                "the message itself did not come (no \"RawEmail\"): tick \"Include raw email content in JSON payload\"")
        }
        return Array(message.utf8)
    }

    private func ses(_ request: PushedRequest) throws(MalformedDocument) -> [UInt8]? {
        let notification = try JSONValue(parsing: request.body)
        guard notification["Type"]?.text == "Notification" else { return nil }
        let said = try JSONValue(parsing: notification["Message"]?.text ?? "")
        guard said["notificationType"]?.text == "Received" else { return nil }
        guard let content = said["content"]?.text, !content.isEmpty else {
            throw MalformedDocument(
                "the message itself did not come (no \"content\"): SES stores it elsewhere; choose the action SNS")
        }
        guard said["receipt"]?["action"]?["encoding"]?.text?.uppercased() == "BASE64" else {
            return Array(content.utf8)
        }
        guard let bytes = Data(base64Encoded: content, options: .ignoreUnknownCharacters) else {
            throw MalformedDocument("\"content\" is not base64")
        }
        return Array(bytes)
    }
}
