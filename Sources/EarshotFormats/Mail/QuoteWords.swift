internal import Earshot

/// The words by which mail programs introduce what they quote.
enum QuoteWords {
    /// Whether a line says that somebody wrote.
    static func tells(_ line: Bytes) -> Bool {
        let words: [StaticString] = [
            "wrote", "writes", "schrieb", "kirjoitti", "napisał", "pisze", "napisao", "napisala", "napisal", "pisał",
            "napisana przez", "je pisao", "skrev", "a écrit", "escribió", "schreef", "ha scritto", "escreveu", "said:",
            "пишет",
            "написал",
        ]
        return words.contains { line.firstRange(of: $0) != nil }
    }

    /// Whether a line begins as such a sentence does.
    static func opens(_ line: Bytes) -> Bool {
        let words: [StaticString] = [
            "On ", "Am ", "W dniu ", "Dnia ", "Dana ", "Datuma ", "Le ", "El ", "Den ", "Op ", "Il ", "Em ", "At ",
            "In message", "pon.", "wt.", "śr.", "czw.", "pt.", "sob.", "niedz.", "ma ", "ti ", "ke ", "to ", "pe ",
            "la ", "su ", "pon, ", "uto, ", "sri, ", "čet, ", "pet, ", "sub, ", "ned, ",
        ]
        return words.contains { line.hasPrefix($0) } && line.array.contains { $0.isDecimalDigit }
    }

    /// Whether a line is the first of such a sentence, in which somebody wrote already.
    static func introduces(_ line: Bytes) -> Bool { line.count < 400 && opens(line) && tells(line) }

    /// Whether a time of day stands in a line, as `10:00` or `10.00`.
    static func hasTime(_ line: Bytes) -> Bool {
        guard line.count > 4 else { return false }
        return (1..<(line.count - 2)).contains { index in
            (line[index] == UInt8(ascii: ":") || line[index] == UInt8(ascii: ".")) && line[index - 1].isDecimalDigit
                && line[index + 1].isDecimalDigit && line[index + 2].isDecimalDigit
                && (index + 3 == line.count || !line[index + 3].isDecimalDigit)
        }
    }

    /// Whether a line stands before a message that Apple's programs pass on.
    static func forwards(_ line: Bytes) -> Bool {
        let words: [StaticString] = [
            "Begin forwarded message:", "Anfang der weitergeleiteten Nachricht:", "Välitetty viesti alkaa:",
            "Rozpoczęcie przekazywanej wiadomości:", "Początek przekazywanej wiadomości:",
            "Početak proslijeđene poruke:", "Početak prosljeđene poruke:",
        ]
        return line.hasSuffix(":") && words.contains { line.hasPrefix($0) }
    }

    /// Whether a line of dashes stands before a quoted or forwarded message.
    static func separates(_ line: Bytes) -> Bool {
        let lower = line.string.lowercased()
        let words = [
            "original message", "ursprüngliche nachricht", "originalnachricht", "original-nachricht",
            "alkuperäinen viesti",
            "wiadomość oryginalna", "oryginalna wiadomość", "izvorna poruka", "originalna poruka", "forwarded",
            "weitergeleitete nachricht", "edelleenlähetetty", "välitetty viesti", "przekazana wiadomość",
            "wiadomość przekazana", "treść przekazanej wiadomości", "proslijeđena poruka", "prosljeđena poruka",
            "message d'origine",
            "mensaje original", "messaggio originale", "original appointment", "ursprungligt meddelande",
        ]
        return words.contains { lower.contains($0) }
    }

    /// Whether a line names whom it quotes with the verb in front.
    static func quotes(_ line: Bytes) -> Bool {
        let words: [StaticString] = ["Quoting ", "Zitat von ", "Lainaus ", "Cytowanie ", "Citiranje "]
        return words.contains { line.hasPrefix($0) }
    }

    /// Whether a line begins with the sender's label.
    static func isSender(_ line: Bytes) -> Bool {
        isSenderAlone(line)
            || hasLabel(
                line, ["From:", "Von:", "Od:", "De:", "Från:", "Fra:", "Da:", "Van:", "От:", "Feladó:"])
    }

    /// Whether a line begins with a label that means the sender and nothing else, least of all where a journey began.
    static func isSenderAlone(_ line: Bytes) -> Bool {
        hasLabel(line, ["Lähettäjä:", "Šalje:", "Nadawca:", "Pošiljatelj:", "Saatja:", "Odesílatel:"])
    }

    /// Whether a line begins with the date's label.
    static func isDate(_ line: Bytes) -> Bool {
        isDateSent(line)
            || hasLabel(line, ["Date:", "Datum:", "Päivämäärä:", "Päiväys:", "Pvm:", "Data:", "Dato:", "Дата:"])
    }

    /// Whether a line begins with a label that means when something was sent.
    static func isDateSent(_ line: Bytes) -> Bool {
        let words: [StaticString] = [
            "Sent:", "Gesendet:", "Lähetetty:", "Wysłano:", "Wysłane:", "Data wysłania:", "Poslano:", "Poslato:",
            "Datum slanja:", "Envoyé:", "Enviado:", "Enviada em:", "Enviado em:", "Skickat:", "Sendt:", "Inviato:",
            "Verzonden:", "Saadetud:", "Odesláno:", "Отправлено:", "Küldve:",
        ]
        return hasLabel(line, words)
    }

    /// Whether a line begins with the subject's label.
    static func isSubject(_ line: Bytes) -> Bool {
        let words: [StaticString] = [
            "Subject:", "Betreff:", "Aihe:", "Temat:", "Predmet:", "Objet:", "Asunto:", "Oggetto:", "Ämne:", "Emne:",
            "Onderwerp:", "Assunto:", "Teema:", "Předmět:", "Тема:", "Tárgy:",
        ]
        return hasLabel(line, words)
    }

    /// Whether a line begins with the recipients' label.
    static func isRecipient(_ line: Bytes) -> Bool {
        hasLabel(
            line, ["To:", "An:", "Vastaanottaja:", "Do:", "Adresat:", "Prima:", "Za:", "À:", "Para:", "A:", "Till:"])
    }

    /// Whether a line may begin with a label; most have no colon near their beginning.
    static func mayHaveLabel(_ line: Bytes) -> Bool {
        line[0..<min(line.count, longestLabel)].firstIndex(of: UInt8(ascii: ":")) != nil
    }

    private static func hasLabel(_ line: Bytes, _ words: [StaticString]) -> Bool {
        // Bold letters leave an asterisk behind when HTML becomes text.
        let rest = line.hasPrefix("*") ? line[1..<line.count] : line
        return words.contains { rest.hasPrefix($0) }
    }

    /// How long a label is at most, in bytes.
    private static let longestLabel = 32
}
